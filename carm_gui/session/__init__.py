"""The rehearsal itself: state machine, interlocks, recording. No Qt."""
