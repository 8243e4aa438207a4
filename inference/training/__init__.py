"""Data sets and recipes: from virtual patients to the weights that ship."""
