"""Words and pictures in, typed actions and predictions out. Knows the theatre, not the window."""
