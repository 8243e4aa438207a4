"""From a volume and a pose to a detector picture."""
