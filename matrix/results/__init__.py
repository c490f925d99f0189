"""The plan joined with its outcomes -> verdicts."""
