"""`nox -s explain`: the diagnosis of a pasted error, of many in JSON lines, a cause or a rule."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from matrix.called import call
from matrix.errors import UsageError
from matrix.files import write_text
from matrix.schemas import SCHEMA
from matrix.shown import on_one_line
from reports.causes.answer import in_words
from reports.causes.page import cause_named, entry_of, page_of, rule_named
from reports.causes.terminal import entry_in_words, page_in_words
from reports.diagnosis.advising.advice import as_reported
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.pasted.decoding import decoded
from reports.diagnosis.pasted.given import MOST_BYTES, given_text, read_text, usage
from reports.diagnosis.pasted.normalize import normalized
from reports.diagnosis.pasted.several import errors_in
from reports.diagnosis.pasted.traceback_parser import symptom_of
from reports.diagnosis.sentences.dating import dated
from reports.diagnosis.symptom import Symptom
from reports.lines.explain import explain_line
from reports.many.stored_cell import cells_in_words, cells_named, cells_of_report, is_report
from reports.output import echo, is_piped, terminal_width
from reports.report.cause import Diagnosis

_MOST_LINES = 100_000
_MOST_LINE = 2**20
_MOST_ERRORS = 3
_END_OF_INPUT = "Ctrl-Z and Enter" if sys.platform == "win32" else "Enter and Ctrl-D"
# Sentences are hard to read in longer lines.
_WIDTH = 100
# The field of a line and that of a symptom.
_FIELDS = {
    "exception_type": "kind",
    "message": "message",
    "format": "format",
    "tf_saved": "tf_saved",
    "tf_loaded": "tf_loaded",
    "keras_loaded": "keras_loaded",
}


def explain(arguments: Sequence[str], folder: Path) -> int:
    """The job behind the session.

    Raises:
        UsageError: with the sentence that says what is wrong with the call or the input.
    """
    given = explain_line().read(arguments)
    as_json = bool(given.pop("json", False))
    match given:
        case {"jsonl": source, "file": [target], **rest} if not rest and not as_json:
            lines = explained_lines(read_text(folder / source, most=_MOST_LINES * 1024))
            write_text(folder / target, "".join(f"{line}\n" for line in lines))
            echo(f"Explained {len(lines)} lines. The results are in {target}.")
        case {"cause": name, **rest} if not rest:
            page = page_of(cause_named(name))
            _tell(lambda: page_in_words(page), "cause", page, as_json=as_json)
        case {"rule": name, **rest} if not rest:
            entry = entry_of(rule_named(name))
            _tell(lambda: entry_in_words(entry), "rule", entry, as_json=as_json)
        case {"file": [report, cell, *names], **rest} if not rest and _is_cell(
            report, cell, folder
        ):
            found = cells_named(folder / report, cell, names)
            shown = [{"model": model.name, **msgspec.to_builtins(one)} for model, one in found]
            _tell(lambda: cells_in_words(found), "cells", shown, as_json=as_json)
        case {"file": [report], **rest} if not rest and (cells := cells_of_report(folder / report)):
            right = call("explain", f"{report} {cells[-1]}")
            raise UsageError(f"{report} is a report. Name one of its cells: `{right}`.")
        case {"file": [*sources], **rest} if not rest:
            _explain_texts([(name, _text(name, folder)) for name in sources], as_json=as_json)
        case {} if not given and is_piped():
            _explain_texts([("-", _standard_input())], as_json=as_json)
        case {} if not given and sys.stdin is not None and sys.stdin.isatty():
            echo(f"Paste the error, then press {_END_OF_INPUT}.", error=True)
            _explain_texts([("-", _standard_input())], as_json=as_json)
        case _:
            raise UsageError(f"explain takes files of error texts. {usage()}")
    return 0


def _tell(in_words: Callable[[], str], name: str, values: Any, *, as_json: bool) -> None:
    """Print an answer in words, or as a JSON document with a field of that name."""
    if as_json:
        whole = {"schema": SCHEMA, name: msgspec.to_builtins(values)}
        echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        echo(in_words())


def _is_cell(report: str, cell: str, folder: Path) -> bool:
    return is_report(folder / report) and not (folder / cell).is_file()


@dataclass(frozen=True, kw_only=True)
class _Error:
    """One error of a text: which of how many it is."""

    number: int
    of: int
    symptom: Symptom
    diagnosis: Diagnosis


def _text(word: str, folder: Path) -> str:
    return _standard_input() if word == "-" else given_text(word, folder)


def _errors(text: str) -> list[_Error]:
    """The errors of a text, each kind once: a log often has the same one many times."""
    pieces = errors_in(text)
    found: dict[str, _Error] = {}
    for number, piece in enumerate(pieces, 1):
        symptom = symptom_of(piece)
        diagnosis = diagnose(symptom)
        error = _Error(number=number, of=len(pieces), symptom=symptom, diagnosis=diagnosis)
        found.setdefault(diagnosis.explanation, error)
    # The last ones are nearest to what made the program end.
    return list(found.values())[-_MOST_ERRORS:]


def _explain_texts(texts: Sequence[tuple[str, str]], *, as_json: bool) -> None:
    """Print the diagnosis of each error of each text, below its name where there are several."""
    read = [(name, _errors(text)) for name, text in texts]
    found = [
        {"source": name, **_as_values(error.diagnosis)} for name, errors in read for error in errors
    ]

    def answers() -> str:
        return "\n\n".join(
            (f"{on_one_line(name)}\n" if len(texts) > 1 else "") + _explained_text(errors)
            for name, errors in read
        )

    _tell(answers, "explained", found, as_json=as_json)


def _explained_text(errors: Sequence[_Error]) -> str:
    if errors[0].of == 1:
        return _explained_error(errors[0])
    told = f", {len(errors)} of them explained: one of each kind, at most {_MOST_ERRORS}"
    said = told if len(errors) < errors[0].of else ""
    parts = [f"{errors[0].of} errors in this text{said}."]
    parts += [f"Error {error.number}\n{_explained_error(error)}" for error in errors]
    return "\n\n".join(parts)


def _explained_error(error: _Error) -> str:
    diagnosis = error.diagnosis
    more = call("explain", f"--cause {diagnosis.cause.value}") if diagnosis.rule else ""
    exists = str(dated(error.symptom.raised) or "")
    return in_words(diagnosis, min(terminal_width(), _WIDTH), exists, more)


def _as_values(diagnosis: Diagnosis) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(as_reported(diagnosis))
    return values


def explained_lines(text: str) -> list[str]:
    """A JSON line with cause, subject and remedies for each line; blank lines are passed over."""
    numbered = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(numbered) > _MOST_LINES:
        raise UsageError(
            f"The input has more than {_MOST_LINES} lines. Split it into several files."
        )
    return [_explained(number, line) for number, line in numbered]


def _explained(number: int, line: str) -> str:
    document = _parsed(number, line)
    values: dict[str, Any] = {}
    for name, field in _FIELDS.items():
        value = document.get(name)
        if value is not None and not isinstance(value, str):
            raise UsageError(f"Line {number}: `{name}` is not a string. Use a string or null.")
        values[field] = value or ""
    values["message"] = normalized(values["message"])
    diagnosis = diagnose(Symptom(**values))
    answer = {"id": document.get("id"), **_as_values(diagnosis)}
    return json.dumps(answer, ensure_ascii=False)


def _parsed(number: int, line: str) -> dict[str, Any]:
    if len(line) > _MOST_LINE:
        raise UsageError(f"Line {number} is longer than {_MOST_LINE} characters. Shorten it.")
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"Line {number} is not valid JSON ({error}). Write one JSON object per line."
        ) from error
    if not isinstance(document, dict):
        raise UsageError(f"Line {number} is not a JSON object. Write one JSON object per line.")
    return document


def _standard_input() -> str:
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if not data.strip():
        raise UsageError(f"Standard input is empty: there is no error to explain. {usage()}")
    if len(data) > MOST_BYTES:
        raise UsageError("Standard input is larger than 4 MB. Give only the part with the error.")
    return decoded(data)
