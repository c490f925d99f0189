"""The plan joined with its outcomes becomes verdicts."""
