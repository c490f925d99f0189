"""What each session and command does: a list of steps, and an exit code."""
