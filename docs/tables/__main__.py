"""`python -m docs.tables` makes the tables of all pages again; with `--check` it compares them."""

from __future__ import annotations

import sys
from pathlib import Path

from cogapp import Cog

ROOT = Path(__file__).resolve().parents[2]
_BEGIN = "[[[cog"


def main(words: list[str]) -> int:
    """Write the tables, or compare them; returns what cog does: 0 if nothing is out of date."""
    pages = sorted((ROOT / "docs").rglob("*.md"))
    made = [str(page) for page in pages if _BEGIN in page.read_text(encoding="utf-8")]
    how = ["--check", "--diff"] if words == ["--check"] else ["-r"]
    return int(Cog().main(["cog", *how, "--verbosity=1", "-I", str(ROOT), *made]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
