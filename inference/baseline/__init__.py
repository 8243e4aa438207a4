"""The conventional baseline: a network that reads where all fourteen landmarks lie, and how surely."""
