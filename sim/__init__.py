"""The simulated theatre: patient, C-arm and X-ray physics. Knows no model and no window."""
