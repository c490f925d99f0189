"""Nothing that a run knew is lost: its facts, its outcomes, the runs before it, its writers."""
