"""Where environments, downloaded models and the answers of earlier runs are stored."""

from __future__ import annotations

from pathlib import Path

# The folder beside the environments for what models answered in earlier runs.
KNOWN = "known"
# The file beside them with what cells have cost on this machine.
COSTS = "costs.jsonl"


def cache_folder() -> Path:
    """Where environments are kept when nobody says otherwise: one place per user."""
    # Here, because a help has no place.
    import platformdirs

    return platformdirs.user_cache_path("loadmatrix", appauthor=False)
