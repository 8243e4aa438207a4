"""What typed words mean: from spelling to an action or a question back. Imported through `inference.commands`."""
