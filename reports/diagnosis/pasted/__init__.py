"""Takes off a pasted text what terminals, logs, forums and notebooks put around it."""
