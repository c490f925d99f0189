"""The card of a repository on the Hugging Face Hub, through huggingface_hub (an optional extra)."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matrix.errors import LoadmatrixError, UsageError

NAME = "README.md"
_REMOTE = re.compile(
    r"^\s*url\s*=\s*\S*\b(?:huggingface\.co|hf\.co)[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?\s*$",
    re.MULTILINE,
)
_EXTRA = "Install it with: pip install 'loadmatrix[hub]'"


def repository_of(card: Path) -> str:
    """The repository on the Hub that the folder of a card is a clone of; empty if it is none."""
    with contextlib.suppress(OSError):
        settings = (card.resolve().parent / ".git" / "config").read_text("utf-8", "replace")
        if match := _REMOTE.search(settings):
            return match[1]
    return ""


def push(repository: str, edit: Callable[[bytes | None], bytes], message: str) -> str | None:
    """Put `edit` of the card there in its place; returns the address of the commit.

    `edit` is given the bytes on the Hub, `None` where the repository has no card: so nothing that
    somebody wrote there is lost. A commit by somebody else in between is refused by the Hub.
    Returns `None` where nothing changes.

    Raises:
        LoadmatrixError: huggingface_hub is not installed, the Hub cannot be reached, refuses.
        UsageError: there is no such repository, or it may not be seen.
    """
    try:
        from huggingface_hub import HfApi
        from huggingface_hub.errors import (
            HFValidationError,
            RepositoryNotFoundError,
        )
    except ImportError as error:
        raise LoadmatrixError(
            f"--push needs huggingface_hub, which is not installed. {_EXTRA}"
        ) from error
    api = HfApi()
    try:
        at = api.model_info(repository).sha
        before = _fetched(api, repository, at)
        after = edit(before)
        if after == before:
            return None
        done = api.upload_file(
            path_or_fileobj=after,
            path_in_repo=NAME,
            repo_id=repository,
            commit_message=message,
            parent_commit=at,
        )
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise UsageError(
            f"The repository {repository} does not exist or is not visible: {_first(error)} "
            "Create it, or log in with `hf auth login`."
        ) from error
    except Exception as error:
        # Which exceptions a lost connection raises changes with the HTTP library of its release.
        raise LoadmatrixError(
            f"The card on the Hub could not be updated: {_first(error)} Nothing was changed there."
        ) from error
    return str(done.commit_url)


def _fetched(api: Any, repository: str, at: str | None) -> bytes | None:
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    with tempfile.TemporaryDirectory(prefix="loadmatrix-") as folder:
        try:
            path = api.hf_hub_download(repository, NAME, revision=at, local_dir=folder)
        except LocalEntryNotFoundError:
            # A subclass of the next, for a Hub that could not be asked: it may well have a card.
            raise
        except EntryNotFoundError:
            return None
        return Path(path).read_bytes()


def _first(error: Exception) -> str:
    line = next((text.strip() for text in str(error).splitlines() if text.strip()), "")
    return f"{line or type(error).__name__}".rstrip(".") + "."
