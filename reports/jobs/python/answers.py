"""What `loadmatrix.run` and the process of its run say to each other, in a folder of the two."""

from __future__ import annotations

import pickle
from pathlib import Path

import msgspec

from matrix.files import write_text
from matrix.options.options import Options

_REQUEST, _ANSWER = "request", "answer"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended: the exit code of the command, and the file of its report, if there is one.

    `error` is the class of the exception that a caller shall see, and `sentence` its text.
    """

    code: int
    error: str = ""
    sentence: str = ""
    report: str = ""


def ask(options: Options, place: Path) -> None:
    """Write into the folder what is asked for."""
    (place / _REQUEST).write_bytes(pickle.dumps(options))


def asked_in(place: Path) -> Options:
    """What is asked for in a folder."""
    # Written a moment ago by the process that started this one.
    options: Options = pickle.loads((place / _REQUEST).read_bytes())  # noqa: S301
    return options


def answer_with(answer: Answer, place: Path) -> None:
    """Write the answer into the folder."""
    write_text(place / _ANSWER, msgspec.json.encode(answer).decode())


def answer_in(place: Path) -> Answer | None:
    """The answer in a folder, if it is there."""
    try:
        return msgspec.json.decode((place / _ANSWER).read_bytes(), type=Answer)
    except (OSError, msgspec.DecodeError):
        return None
