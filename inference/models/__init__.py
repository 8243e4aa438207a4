"""The model's one interface and its backends. Torch lives only below here, in baseline/ and in training/."""
