"""Faults: what is lost when a run is killed, interrupted, starved or finds things damaged."""
