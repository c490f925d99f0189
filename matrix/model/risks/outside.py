"""Files and addresses outside of a model that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from matrix.model.risks.op_placement import WHEN, OpPlacement
from matrix.model.risks.risk import Risk

_MOST_SHOWN = 200
_ADDRESS = re.compile(r"(?:https?|ftp|gs|s3|hf|hdfs|file|kaggle|grpc)://\S{3,}", re.IGNORECASE)
_ABSOLUTE = re.compile(r"(?:/[\w.@+~-]+){2,}/?|[A-Za-z]:[\\/][^\n]+|\\\\[^\n\\]+\\[^\n]+|~/\S+")


def is_outside(text: str) -> bool:
    """Whether a text is an address or an absolute path as a whole."""
    return bool(_ADDRESS.fullmatch(text) or _ABSOLUTE.fullmatch(text))


def is_address(text: str) -> bool:
    """Whether a text is an address of another machine."""
    return bool(_ADDRESS.match(text)) and not text.lower().startswith("file:")


def climbs(name: str) -> bool:
    """Whether a name leads out of the folder that it is meant for."""
    plain = name.replace("\\", "/")
    return ".." in PurePosixPath(plain).parts or plain.startswith("/") or plain[1:2] == ":"


def climbing(what: str, name: str) -> Risk:
    """The label of a name that leads out; `what` begins the sentence."""
    sentence = f"{what} refers to a path outside the model."
    return Risk(
        kind="climbs_out", subject=name[:_MOST_SHOWN], where=OpPlacement.LOAD, sentence=sentence
    )


def outside_files(risks: Iterable[Risk]) -> tuple[str, ...]:
    """The files that risks tell of; an address is none."""
    names = (risk.subject for risk in risks if risk.kind == "outside_file")
    return tuple(dict.fromkeys(name for name in names if not is_address(name)))


def outside_file(path: str, who: str, where: OpPlacement, *, usual: bool = False) -> Risk:
    """The label of a file or an address that is no part of the model; `who` wants it."""
    what = "the address" if is_address(path) else "the file"
    sentence = (
        f"The model is not self-contained: {who} {what} {path[:_MOST_SHOWN]}, which is not part of "
        f"it ({WHEN[where]})."
    )
    return Risk(
        kind="outside_file",
        subject=path[:_MOST_SHOWN],
        where=where,
        sentence=sentence,
        usual=usual,
    )
