"""The sweep over models of our own: its makers, and how it judges a verdict."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.judged import Judgement, fed, judged
from benchmarks.numerics import models
from benchmarks.numerics.raw import Call
from benchmarks.numerics.runs import Found
from benchmarks.numerics.sweep import judgements_wrong
from benchmarks.raw_runs import Answer, stored_arrays
from matrix.plan.variant import ONLY
from matrix.results import verdicts
from matrix.results.evidence import Difference
from matrix.results.result import CheckResult

FOLDER = Path(models.__file__).parent
ABROAD = [*sorted((FOLDER / "making").glob("*.py")), FOLDER / "make.py"]
ABROAD += [FOLDER.parent / "raw_calls.py"]
OURS = {"matrix", "reports", "probe", "benchmarks"}


def parsed(path: Path) -> ast.Module:
    # The oldest Python in which models are made.
    return ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


def made_by(family: str) -> dict[str, list[str]]:
    """The makers that a family lists, as `MODELS` and `OTHERS`."""
    found: dict[str, list[str]] = {"MODELS": [], "OTHERS": []}
    for node in parsed(FOLDER / "making" / f"{family}.py").body:
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        key = getattr(targets[0], "id", None)
        if key in found and isinstance(value := getattr(node, "value", None), ast.Tuple):
            found[key] += [one.id for one in value.elts if isinstance(one, ast.Name)]
    return found


@pytest.mark.parametrize("path", ABROAD, ids=lambda path: path.name)
def test_what_runs_abroad_is_old_python_and_imports_nothing_of_ours(path: Path) -> None:
    imported = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level:
            imported.add(str(node.module).partition(".")[0])
    assert not imported & OURS
    assert imported <= {
        "importlib",
        "json",
        "os",
        "shutil",
        "sys",
        "tempfile",
        "numpy",
        "tensorflow",
    } | {
        "making",
        "tf_keras",
    }


def test_every_maker_is_listed_once_and_makes_a_model_of_its_own() -> None:
    families = ("plain", "preprocessing", "recurrent", "odd_inputs", "modules", "lite")
    lists = {family: made_by(family) for family in families}
    every = [name for one in lists.values() for group in one.values() for name in group]
    assert len(every) == len(set(every))
    assert sum(len(one["MODELS"]) + len(one["OTHERS"]) for one in lists.values()) > 60
    for family in {family for one in models.WRITERS.values() for family in one.families}:
        assert family in lists


@pytest.mark.parametrize(
    ("writer", "expected"),
    [
        ("2.9.3", ["gru", "lite_lstm.tflite", "signed"]),
        ("2.15.1", ["gru.keras", "lite_lstm.tflite", "signed"]),
        ("2.21.0", ["gru", "gru.keras", "lite_lstm.tflite", "signed"]),
    ],
)
def test_measured_are_the_forms_of_a_release(
    writer: str, expected: list[str], tmp_path: Path
) -> None:
    for name in ("gru", "signed", "tflite-source"):
        (tmp_path / writer / name).mkdir(parents=True)
    for name in ("gru.keras", "gru.h5", "lite_lstm.tflite"):
        (tmp_path / writer / name).touch()
    found = [path.name for path in models.models_of(writer, tmp_path)]
    assert found == expected


# --- what a verdict is worth ---------------------------------------------------------------------


def record(*values: float | str, name: str = "y", dtype: str = "float32") -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "shape": [len(values)], "values": list(values)}


def answer(*values: float, name: str = "y") -> Answer:
    return Answer(outputs={name: np.array(values, dtype="float32")})


FAILED = Answer(error="InvalidArgumentError: no")


@pytest.mark.parametrize(
    ("word", "ours", "truth", "here", "expected"),
    [
        ("runs", 1.0, answer(1.0), None, "right"),
        ("runs", 1.0, answer(1.00001), None, "right"),
        ("runs", 1.0, answer(2.0), None, "ask"),
        # It runs, and the plain call there gives the same, which is not the right answer.
        ("runs", 1.0, answer(2.0), answer(1.0), "false"),
        # The probe alone answers so: what a layer has learnt was wiped.
        ("runs", 1.0, answer(2.0), answer(2.0), "false"),
        ("differs", 1.0, answer(1.0), None, "false"),
        ("differs", 1.0, answer(2.0), None, "ask"),
        ("differs", 1.0, answer(2.0), answer(1.0), "confirmed"),
        ("differs", 1.0, answer(2.0), answer(2.0), "false"),
        ("differs", 1.0, answer(2.0), FAILED, "false"),
        ("loads", None, answer(2.0), None, "ask"),
        ("loads", None, answer(2.0), answer(2.0), "false"),
        ("loads", None, answer(2.0), FAILED, "confirmed"),
        ("loads", None, FAILED, FAILED, "unproven"),
        ("differs", 1.0, None, answer(1.0), "unproven"),
        # A sequence too short for what is cut off it: no answer is no proof.
        ("runs", float("nan"), answer(float("nan")), None, "unproven"),
        ("loads", None, answer(float("nan")), FAILED, "unproven"),
    ],
)
def test_verdict_is_held_against_the_plain_calls(
    word: str, ours: float | None, truth: Answer | None, here: Answer | None, expected: str
) -> None:
    outputs = [] if ours is None else [record(ours)]
    assert judged(word, outputs, truth, here).judgement.value == expected


@pytest.mark.parametrize(
    ("ours", "truth", "right"),
    [
        ([record("water", dtype="string")], {"y": np.array([b"water"])}, True),
        ([record("fire", dtype="string")], {"y": np.array([b"water"])}, False),
        ([record("nan", 1.0)], {"y": np.array([np.nan, 1], "float32")}, True),
        ([record(3, dtype="int64")], {"y": np.array([4])}, False),
        ([record(3.0)], {"y": np.array([[3.0]], "float32")}, False),
        ([record(1.0, 2.0, dtype="complex64") | {"shape": [1]}], {"y": np.array([1 + 2j])}, True),
        # By name where names are the same, in their order where they are not.
        ([record(1.0, name="a"), record(2.0, name="b")], {"b": 2.0, "a": 1.0}, True),
        ([record(1.0, name="a"), record(2.0, name="b")], {"c": 1.0, "d": 2.0}, True),
        ([record(1.0, name="a")], {"c": 1.0, "d": 2.0}, False),
    ],
)
def test_outputs_of_every_kind_are_compared(
    ours: list[dict[str, Any]], truth: dict[str, Any], right: bool
) -> None:
    outputs = {k: np.full(1, v, "float32") if isinstance(v, float) else v for k, v in truth.items()}
    found = judged("runs", ours, Answer(outputs=outputs)).judgement
    assert found is (Judgement.RIGHT if right else Judgement.ASK)


def test_what_was_fed_is_found_by_its_digest_and_keeps_its_order(tmp_path: Path) -> None:
    array = np.linspace(0, 1, 2000, dtype="float32")
    digest = hashlib.sha256(array.tobytes()).hexdigest()
    entry = {"name": "x", "dtype": "float32", "shape": [2, 1000], "digest": digest}
    found = fed(entry, [np.zeros(2000, "float32"), array])
    assert found is not None
    assert found.shape == (2, 1000)
    assert fed(entry, []) is None
    small = fed(record(0.5, 1.5), [])
    assert small is not None
    path = stored_arrays({"b": small, "a": found}, tmp_path)
    with np.load(path) as file:
        assert file.files == ["000|b", "001|a"]


def call_of(word: str, loader: str = "keras") -> Call:
    off = Difference(output="y", max_abs_diff=1.0, explanation="is off by 1")
    differs = verdicts.Differs(compared_with="2.5.3", difference=off)
    verdict = differs if word == "differs" else verdicts.Runs()
    check = CheckResult(loader=loader, variant=ONLY, verdict=verdict)
    found = Found(number=0, path=Path("2.5.3/scaled.h5"), cell="2.6.5", check=check)
    return Call(found=found, record={"signature": "call", "outputs": []}, arrays=None)


def test_false_differs_is_told_and_a_confirmed_one_is_not() -> None:
    call = call_of("differs")
    false = judged("differs", [record(1.0)], answer(1.0))
    (text,) = judgements_wrong([(call, false)], {})
    assert text.startswith("2.5.3/scaled.h5 in 2.6.5 with keras, call: differs is false: ")
    confirmed = judged("differs", [record(1.0)], answer(2.0), answer(1.0))
    assert not list(judgements_wrong([(call, confirmed)], {}))


def test_what_is_known_is_no_surprise_until_it_is_gone() -> None:
    known = {("2.5.3/scaled.h5", "2.6.5", "keras"): ("differs", "Keras 2.6 forgets it")}
    off = judged("differs", [record(1.0)], None)
    assert not list(judgements_wrong([(call_of("differs"), off)], known))
    right = judged("runs", [record(1.0)], answer(1.0))
    (text,) = judgements_wrong([(call_of("runs"), right)], known)
    assert "is known as differs, and was not seen" in text
