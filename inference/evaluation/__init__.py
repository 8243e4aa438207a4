"""The published measures, and closed-loop figures."""
