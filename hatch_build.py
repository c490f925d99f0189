"""What a package index shows: authors, addresses, and the README with links that lead somewhere.

A build does not know where its repository is, so whoever publishes says it: LOADMATRIX_REPOSITORY
is its address, LOADMATRIX_REVISION what was built, LOADMATRIX_EMAIL where to write to. Without an
address, links within the repository become plain text.
"""

from __future__ import annotations

import os
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

# [words](path), but no address, and no heading of the page itself.
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)\s]+)\)")


class CustomMetadataHook(MetadataHookInterface):
    """Called by hatchling, which finds it here."""

    def update(self, metadata: MutableMapping[str, Any]) -> None:
        """Add what depends on who builds."""
        repository = os.environ.get("LOADMATRIX_REPOSITORY", "").rstrip("/")
        place = f"{repository}/blob/{os.environ.get('LOADMATRIX_REVISION') or 'HEAD'}"
        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = _LINK.sub(rf"[\1]({place}/\2)" if repository else r"\1", readme)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        if repository:
            metadata["urls"] = {
                "Source": repository,
                "Documentation": f"{place}/docs/index.md",
                "Changelog": f"{place}/CHANGELOG.md",
                "Issues": f"{repository}/issues",
            }
        author = {"name": "Loadmatrix contributors"}
        if email := os.environ.get("LOADMATRIX_EMAIL"):
            author["email"] = email
        metadata["authors"] = [author]
