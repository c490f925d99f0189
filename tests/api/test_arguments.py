"""The arguments of `loadmatrix.run` are the options of the command, in their types and words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import loadmatrix
from loadmatrix.words import LEFT_OUT, arguments, words_of
from matrix.options.command_line.declared import on_the_line
from matrix.options.options import Options
from matrix.options.reading import read_options

# Those of the function alone.
_OWN = {"models", "progress"}
_SIGNATURE = inspect.signature(loadmatrix.run, eval_str=True)
_ARGUMENTS = {n: p for n, p in _SIGNATURE.parameters.items() if n not in _OWN}
_DEFAULTS = {name: parameter.default for name, parameter in _ARGUMENTS.items()}
# One value of each kind that an option takes, and what becomes of it on a line.
_VALUES: dict[str, Any] = {
    "shard": "1/2",
    "loader": "keras",
    "keras": "3.3",
    "python": "3.9",
    "memory": "512MB",
    "isolation": "off",
    "venv_backend": "venv",
    "require_verdict": "runs",
    "custom_objects": "json",
}


def test_arguments_are_the_options() -> None:
    assert set(_ARGUMENTS) == set(arguments())
    assert len(arguments()) == len(on_the_line(Options)) - len(LEFT_OUT)


@pytest.mark.parametrize("name", sorted(_ARGUMENTS))
def test_argument_has_the_type_of_its_option(name: str) -> None:
    kind, parameter = arguments()[name].kind, _ARGUMENTS[name]
    assert parameter.kind is parameter.KEYWORD_ONLY
    if kind is bool:
        assert parameter.annotation is bool
    elif kind is list:
        assert parameter.default == ()
        assert str in _parts(parameter.annotation)
        assert any(getattr(p, "__origin__", None) is Iterable for p in _parts(parameter.annotation))
    else:
        assert parameter.default is None
        assert kind in _parts(parameter.annotation)


def _parts(annotation: Any) -> tuple[Any, ...]:
    parts: tuple[Any, ...] = annotation.__args__
    return parts


def test_nothing_given_is_an_empty_line() -> None:
    assert list(words_of(_DEFAULTS)) == []


@pytest.mark.parametrize("name", sorted(_ARGUMENTS))
def test_argument_says_what_its_option_says(name: str, tmp_path: Path) -> None:
    option = arguments()[name]
    if option.kind is bool:
        value: Any = not _DEFAULTS[name]
    else:
        value = _VALUES.get(name, 7 if option.kind in (int, float) else "2.15")
    words = list(words_of({**_DEFAULTS, name: value}))
    assert len(words) == 1
    flag = f"--{option.name}"
    assert words == ([flag] if option.kind is bool else [f"{flag}={value}"])
    more = {"only": [], "fail_on_regression": ["--baseline=x"]}.get(name, [])
    model = [] if name == "models_from" else ["model"]
    if name == "models_from":
        (tmp_path / "2.15").write_text("model\n")
    plain = read_options([*more, "model"], tmp_path)
    assert read_options([*words, *more, "--", *model], tmp_path) != plain or name in (
        # What is the same as without them, or is compared by another test.
        *("models_from", "shard", "custom_objects"),
    )


def test_several_values_are_several_words() -> None:
    words = words_of({**_DEFAULTS, "loader": ["keras", "tf_keras"], "with_": "tensorflow-text"})
    assert list(words) == ["--with=tensorflow-text", "--loader=keras", "--loader=tf_keras"]


def test_paths_are_texts(tmp_path: Path) -> None:
    words = words_of({**_DEFAULTS, "allow_read": tmp_path, "inputs": tmp_path / "x.npz"})
    assert list(words) == [f"--allow-read={tmp_path}", f"--inputs={tmp_path / 'x.npz'}"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        # As a number, 2.10 is 2.1.
        ({"tensorflow": 2.10}, "tensorflow must be a string, not 2.1"),
        ({"jobs": "2"}, "jobs must be a whole number, not '2'"),
        ({"jobs": True}, "jobs must be a whole number, not True"),
        ({"fast": "no"}, "fast must be true or false, not 'no'"),
        ({"require": [2.15]}, "require must be a string, not 2.15"),
    ],
    ids=str,
)
def test_wrong_type_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=re.escape(said)):
        loadmatrix.run("model", **given)


def test_every_argument_is_described_in_the_order_of_the_signature() -> None:
    text = inspect.getdoc(loadmatrix.run) or ""
    section = text[text.index("Args:") : text.index("Returns:")]
    assert re.findall(r"^    (\w+): ", section, re.MULTILINE) == list(_SIGNATURE.parameters)
