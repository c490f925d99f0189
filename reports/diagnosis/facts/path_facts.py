"""Facts about the path that a loader was given, and about names of paths."""

from __future__ import annotations

from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.file_kind import kind_of
from reports.diagnosis.symptom import Symptom

EXISTS = Fact("the path exists", lambda s: s.at.exists is True)
IS_FOLDER = Fact("the path is a folder", lambda s: s.at.is_folder is True)
IS_FILE = Fact("the path is a file", lambda s: s.at.is_file)
NO_SAVED_MODEL_IN_IT = Fact(
    "the path is a folder without saved_model.pb",
    lambda s: s.at.is_folder is True and not _holds_saved_model(s),
)


def _holds_saved_model(symptom: Symptom) -> bool:
    return any(name.startswith("saved_model.") for name in symptom.at.names)


def bytes_of_another_kind(*kinds: str) -> Fact:
    """The first bytes are those of a known kind that is none of `kinds`."""
    return Fact(
        f"the first bytes are not those of {' or '.join(kinds)}, but of another known kind",
        lambda s: kind_of(s.at.head) not in ("", *kinds),
    )
