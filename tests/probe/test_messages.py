"""The collector of messages: what it reads out of Python source and out of shared objects."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

COLLECTOR = Path(__file__).resolve().parents[2] / "probe" / "collectors" / "messages.py"


def collected(site: Path, tmp_path: Path) -> dict[str, Any]:
    result = tmp_path / "result.json"
    command: list[str | Path] = [sys.executable, "-I", "-B", COLLECTOR, result, site]
    subprocess.run(command, check=True, timeout=60)
    document: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return document


def raised(tmp_path: Path, source: str, path: str = "keras/src/saving.py") -> list[list[str]]:
    file = tmp_path / "site" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(source), encoding="utf-8")
    (tmp_path / "site" / "keras-3.9.2.dist-info").mkdir(exist_ok=True)
    return list(collected(tmp_path / "site", tmp_path)["raised"])


def templates(tmp_path: Path, body: str) -> list[str]:
    """What a function with this body can raise."""
    lines = dedent(body).strip("\n").replace("\n", "\n    ")
    return [one[0] for one in raised(tmp_path, f"def load(name, shape):\n    {lines}\n")]


@pytest.mark.parametrize(
    ("body", "template"),
    [
        pytest.param('raise ValueError("No such layer here.")', "No such layer here.", id="text"),
        pytest.param(
            "raise ValueError(f'No layer {name!r} of shape {shape:>3} here')",
            "No layer {} of shape {} here",
            id="f-string",
        ),
        pytest.param(
            'raise ValueError("No layer %s of %d%% here" % (name, shape))',
            "No layer {} of {}% here",
            id="percent",
        ),
        pytest.param(
            'raise ValueError("No layer {} of {shape!r:>3} here".format(name, shape=shape))',
            "No layer {} of {} here",
            id="format",
        ),
        pytest.param(
            'raise ValueError("No layer " + name + " of " + str(shape) + " here")',
            "No layer {} of {} here",
            id="plus",
        ),
        pytest.param(
            "raise ValueError('No layer '\n    f'{name} '\n    'of that kind')",
            "No layer {} of that kind",
            id="neighbours",
        ),
        pytest.param(
            'message = "No layer {} here"\nraise ValueError(message.format(name))',
            "No layer {} here",
            id="variable",
        ),
        pytest.param(
            'message = f"No layer {name}."\nmessage += " Give custom_objects."\n'
            "raise ValueError(message)",
            "No layer {}. Give custom_objects.",
            id="variable-that-grows",
        ),
        pytest.param(
            'raise ValueError("No layer of " + ("this" if shape else "that") + " kind")',
            "No layer of that kind",
            id="either",
        ),
        pytest.param(
            'raise ValueError("No layers known here:", name)',
            "('No layers known here:', {})",
            id="two-arguments",
        ),
        pytest.param(
            'raise errors.NotFoundError(None, None, f"No layer {name} there")',
            "No layer {} there",
            id="error-of-an-op",
        ),
        pytest.param('assert shape, "No shape was given"', "No shape was given", id="assert"),
        pytest.param(
            'check_shape(shape, f"No layer {name} of this shape")',
            "No layer {} of this shape",
            id="checker",
        ),
        pytest.param(
            'look(shape, message="No layer of any such shape")',
            "No layer of any such shape",
            id="argument-called-message",
        ),
        pytest.param(
            'return ValueError("No such layer there.")', "No such layer there.", id="returned"
        ),
    ],
)
def test_sentence_is_read_however_it_is_written(tmp_path: Path, body: str, template: str) -> None:
    assert template in templates(tmp_path, body)


def test_sentence_may_be_what_an_argument_is_by_default(tmp_path: Path) -> None:
    source = """
        def check(name, error_message="Argument not understood:"):
            raise TypeError(error_message, name)
    """
    assert [one[0] for one in raised(tmp_path, source)] == ["('Argument not understood:', {})"]


def test_text_of_a_function_is_that_of_what_raises_it(tmp_path: Path) -> None:
    source = """
        def _words(name):
            return f"There is no layer {name} here"

        def load(name):
            raise ValueError(_words(name))
    """
    assert ["There is no layer {} here", "keras", "keras.src.saving", "load", "ValueError"] in (
        raised(tmp_path, source)
    )


def test_place_is_module_function_and_type(tmp_path: Path) -> None:
    source = """
        class Loader:
            def load(self):
                raise SomeError("Cannot load this")
    """
    assert raised(tmp_path, source, "tensorflow_core/python/loader.py") == [
        ["Cannot load this", "tensorflow", "tensorflow.python.loader", "Loader.load", "SomeError"]
    ]


def test_word_that_callers_hand_over_makes_a_sentence_of_each(tmp_path: Path) -> None:
    source = """
        def find(name, printable_module_name="object"):
            raise ValueError("Unknown " + printable_module_name + ": " + name)

        def layer(name):
            return find(name, printable_module_name="layer")
    """
    found = {one[0] for one in raised(tmp_path, source)}
    assert found == {"Unknown object: {}", "Unknown layer: {}"}


@pytest.mark.parametrize("path", ["keras/src/tests/a.py", "keras/src/a_test.py", "numpy/a.py"])
def test_tests_and_other_packages_are_left_out(tmp_path: Path, path: str) -> None:
    assert raised(tmp_path, 'raise ValueError("Not to be found")', path) == []


def test_strings_of_a_shared_object_are_sentences_with_holes(tmp_path: Path) -> None:
    library = tmp_path / "site" / "tensorflow" / "lib_some.so.2"
    library.parent.mkdir(parents=True)
    texts = [
        b"Op type not registered '",
        b"Shape must be rank %d but is rank %d",
        b" is neither of this nor of that kind",
        b"_ZN10tensorflow must not be found here",
        b"operand #0 must be tensor of any type values, but got ",
        b"enable the fast way of all this",
        b"short",
    ]
    library.write_bytes(b"\x01\x00" + b"\x00".join(texts) + b"\x00")
    assert collected(tmp_path / "site", tmp_path)["native"] == [
        ["Op type not registered '{}", "tensorflow"],
        ["Shape must be rank {} but is rank {}", "tensorflow"],
        ["{} is neither of this nor of that kind", "tensorflow"],
    ]


def test_text_behind_a_table_of_addresses_is_read(tmp_path: Path) -> None:
    library = tmp_path / "site" / "tensorflow" / "lib_some.so.2"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"\x8a\x17u\xff" * 500 + b": perhaps this file has a different format?\0")
    assert collected(tmp_path / "site", tmp_path)["native"] == [
        ["{}: perhaps this file has a different format?", "tensorflow"]
    ]


def test_versions_are_those_of_the_packages(tmp_path: Path) -> None:
    raised(tmp_path, "")
    assert collected(tmp_path / "site", tmp_path)["versions"] == {"keras": "3.9.2"}
