"""Data only: patients, model weights, icons, pictures."""
