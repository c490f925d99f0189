"""A figure beside its target, as every benchmark prints it."""

from __future__ import annotations


def judged(name: str, figure: float, target: float, details: str) -> None:
    """Print a figure beside its target; nothing is hidden when it misses."""
    verdict = "met" if figure <= target else "MISSED"
    print(f"{name}: {figure:.2f} (target at most {target:g}: {verdict}); {details}", flush=True)
