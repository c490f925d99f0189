"""A plan becomes outcomes: each cell runs its probe in its own process, with limits."""
