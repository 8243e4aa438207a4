"""The rehearsal console: a session without Qt, and the window that shows it."""
