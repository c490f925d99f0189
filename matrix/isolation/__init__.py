"""Walls around a probe: which this machine has, and what is put around a process."""
