"""Lies here so that every test can `from doubles import ...`: pytest puts this folder on the path."""
