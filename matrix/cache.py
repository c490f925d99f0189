"""Where environments and downloaded models are stored."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """Where environments are kept when nobody says otherwise: one place per user."""
    return platformdirs.user_cache_path("loadmatrix", appauthor=False)
