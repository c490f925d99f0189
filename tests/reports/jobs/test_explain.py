"""`nox -s explain`: pasted tracebacks, many lines at a time, and what is neither."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.errors import UsageError
from reports.causes.answer import MOST_LINES, in_words
from reports.diagnosis.pasted.traceback_parser import symptom_of
from reports.jobs.explain import explain, explained_lines
from reports.report.cause import Alternative, Cause, Certainty, Diagnosis, Remedy
from reports.report.report_json import write_report
from tests.builders import make_report, make_sample
from tests.conftest import TESTS

GOLDEN = TESTS / "golden" / "explain.txt"
CHAINED = """\
I ran this on TensorFlow 2.8.4:
Traceback (most recent call last):
  File "x.py", line 3, in <module>
    m = tf.saved_model.load("m")
tensorflow.python.framework.errors_impl.NotFoundError: Op type not registered 'DisableCopyOnRead' in
binary running on vm. Make sure the Op and Kernel are registered.

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "x.py", line 3, in <module>
FileNotFoundError: Op type not registered 'DisableCopyOnRead' in binary running on vm.
 You may be trying to load on a different device from the computational device.
"""


Explained = Callable[[list[str], Path], str]


@pytest.fixture
def explained(capsys: pytest.CaptureFixture[str]) -> Explained:
    """What is printed of a call that succeeds."""

    def call(arguments: list[str], folder: Path) -> str:
        assert explain(arguments, folder) == 0
        return capsys.readouterr().out

    return call


def test_a_pasted_traceback_isexplained(tmp_path: Path, explained: Explained) -> None:
    (tmp_path / "error.txt").write_text(CHAINED, encoding="utf-8")
    assert explained(["error.txt"], tmp_path) == GOLDEN.read_text(encoding="utf-8")


def test_standard_input_is_read_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, explained: Explained
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CHAINED.encode())))
    assert "unregistered_op" in explained(["-"], tmp_path)


def test_the_last_exception_of_a_text_is_the_symptom_and_the_others_its_chain() -> None:
    symptom = symptom_of(CHAINED)
    assert symptom.kind == "FileNotFoundError"
    assert symptom.message.endswith("the computational device.")
    assert [link.kind for link in symptom.chain] == ["NotFoundError"]
    assert symptom.tf_loaded == "2.8.4"


def test_a_release_is_not_guessed_where_a_text_names_two() -> None:
    assert symptom_of("works in TensorFlow 2.9.1, fails in TensorFlow 2.16.2").tf_loaded == ""


def test_lines_are_answered_one_by_one_in_their_order(tmp_path: Path, explained: Explained) -> None:
    rows = [
        {"id": "a", "exception_type": "ValueError", "message": "Unknown layer: MyLayer"},
        {"id": 7, "message": "gibberish", "tf_loaded": None},
    ]
    (tmp_path / "in").write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    assert "Explained 2 lines" in explained(["--jsonl", "in", "out"], tmp_path)
    first, second = map(json.loads, (tmp_path / "out").read_text().splitlines())
    assert (first["id"], first["cause"], first["subject"]) == (
        "a",
        "missing_custom_object",
        "MyLayer",
    )
    assert "custom_objects" in first["remedies"][0]["snippet"]
    assert (second["id"], second["cause"]) == (7, "unclassified")
    assert "gibberish" in second["explanation"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "Line 2 is not valid JSON"),
        ("[" * 100_000, "Line 2 is not valid JSON"),
        ("[]", "Line 2 is not a JSON object"),
        ('{"message": 3}', "Line 2: `message` is not a string"),
        (f'"{"x" * 2**20}"', "Line 2 is longer than"),
    ],
)
def test_a_bad_line_is_named_by_its_number(line: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as raised:
        explained_lines(f"{{}}\n{line}")
    assert raised.value.exit_code == 4
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize(
    "arguments", [[], ["a", "b"], ["--jsonl", "in"], ["--wrong"], ["absent"], ["--rule"]]
)
def test_a_wrong_call_says_how_to_call(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(UsageError, match=r"nox -s explain|--help|like --rule NAME"):
        explain(arguments, tmp_path)


@pytest.mark.parametrize("line", [["--cause", "missing_file"], ["--cause=missing_file"]])
def test_a_cause_is_shown_with_its_rules(
    line: list[str], tmp_path: Path, explained: Explained
) -> None:
    text = explained(line, tmp_path)
    assert Cause.MISSING_FILE.definition in text
    assert "How to tell it from its neighbours:" in text
    assert "path-absent" in text


def test_a_rule_is_shown_with_its_cause_and_certainty(tmp_path: Path, explained: Explained) -> None:
    text = explained(["--rule", "path-absent"], tmp_path)
    assert text.splitlines()[1] == "Cause:      missing_file (certain)"


@pytest.mark.parametrize("option", ["--cause", "--rule"])
def test_a_name_that_nothing_has_is_a_usage_error(option: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no") as raised:
        explain([option, "nothing at all"], tmp_path)
    assert raised.value.exit_code == 4


def test_other_causes_are_told_with_what_decides() -> None:
    diagnosis = Diagnosis(
        cause=Cause.MISSING_FILE,
        subject="m",
        explanation="There is nothing at `m`.",
        certainty=Certainty.ONE_OF,
        alternatives=(
            Alternative(
                cause=Cause.PERMISSION_DENIED,
                explanation="It may not be read.",
                decides="`ls -l m`",
            ),
        ),
    )
    lines = in_words(diagnosis).splitlines()
    assert lines[0] == "Cause:      missing file (one of)"
    told = "Or:         permission denied: It may not be read. What decides: `ls -l m`."
    assert told in lines


def test_answer_has_eight_lines_at_most_and_the_remedy_is_among_them() -> None:
    long = "A sentence that says the same again and again. " * 40
    remedies = tuple(Remedy(text=f"{n} {long}", snippet="a = 1\nb = 2\n") for n in range(5))
    diagnosis = Diagnosis(
        cause=Cause.MISSING_FILE,
        subject="m",
        explanation=long,
        evidence=long,
        rule="path-absent",
        remedies=remedies,
    )
    lines = in_words(diagnosis, exists=long, more="nox -s explain -- --cause x").splitlines()
    assert len(lines) <= MOST_LINES
    assert any(line.startswith("What to do: 0 A sentence") for line in lines)
    assert max(map(len, lines)) <= 100


def test_more_lines_have_the_code_that_a_sentence_speaks_of() -> None:
    script = "\n".join(f"line {number}" for number in range(20))
    remedy = Remedy(text="Load it like this.", snippet=script)
    found = Diagnosis(
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="Odd",
        explanation="Odd is not known.",
        certainty=Certainty.CERTAIN,
        remedies=(remedy,),
    )
    assert "line 19" not in in_words(found)
    assert "line 19" in in_words(found, most=60)


def test_file_with_another_ending_may_be_more_than_a_folder(
    tmp_path: Path, explained: Explained
) -> None:
    said = "ValueError: File format not supported: filepath={}. Keras 3 only supports V3 `.keras`"
    for name, renamed in (("m.pkl", True), ("exported", False)):
        (tmp_path / "error.txt").write_text(said.format(name))
        told = explained(["error.txt"], tmp_path)
        assert ("rename it to .h5 or .keras" in told, "TFSMLayer" in told) == (renamed, True)


def test_a_loss_is_passed_or_left_out(tmp_path: Path, explained: Explained) -> None:
    (tmp_path / "error.txt").write_text("ValueError: Unknown loss function: 'mine'. Please ensure")
    told = explained(["error.txt"], tmp_path)
    assert "beside any others" in told
    assert "Load it without the optimizer and the losses." in told


def test_several_texts_are_told_apart(tmp_path: Path, explained: Explained) -> None:
    (tmp_path / "a.txt").write_text(CHAINED, encoding="utf-8")
    (tmp_path / "b.txt").write_text("ValueError: Unknown layer: MyLayer", encoding="utf-8")
    first, second = explained(["a.txt", "b.txt"], tmp_path).split("\n\n")
    assert first.startswith("a.txt\nCause:      unregistered op")
    assert second.startswith("b.txt\nCause:      missing custom object")


def test_json_has_the_whole_diagnosis_of_each_text(tmp_path: Path, explained: Explained) -> None:
    (tmp_path / "a.txt").write_text(CHAINED, encoding="utf-8")
    (found,) = json.loads(explained(["--json", "a.txt"], tmp_path))["explained"]
    assert (found["source"], found["cause"]) == ("a.txt", "unregistered_op")
    assert found["remedies"][0]["text"].startswith("Load it with TensorFlow")


def test_cell_of_a_report_is_shown_with_each_loader(tmp_path: Path, explained: Explained) -> None:
    write_report(make_report(make_sample()), tmp_path / "report.json")
    text = explained(["report.json", "2.13"], tmp_path)
    assert text == explained([str(tmp_path), "2.13.1"], tmp_path)
    assert text.startswith("m (SavedModel) in 2.13.1 (Python 3.11, Keras 2.15.0): differs\n")
    assert "keras: fails\n    Cause:      missing custom object" in text


def test_cell_that_a_report_lacks_is_a_usage_error(tmp_path: Path) -> None:
    write_report(make_report(make_sample(), make_sample()), tmp_path / "report.json")
    with pytest.raises(UsageError, match=r"/report\.json has 2 models\. Name one of: "):
        explain(["report.json", "2.13.1"], tmp_path)
    with pytest.raises(UsageError, match=r"/report\.json has no model x\. Name one of: "):
        explain(["report.json", "2.13.1", "x"], tmp_path)
    write_report(make_report(make_sample()), tmp_path / "report.json")
    with pytest.raises(UsageError, match=r"m has no cell 9\.9\. Its cells: 2\.10\.1"):
        explain(["report.json", "9.9"], tmp_path)
    for report in ("report.json", str(tmp_path)):
        # Its text is no error: the page of some cause would be an answer to nothing.
        with pytest.raises(UsageError, match=r"is a report\. Name one of its cells: "):
            explain([report], tmp_path)


def test_too_much_text_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(5 * 2**20)
    with pytest.raises(UsageError, match="larger than 4 MB"):
        explain(["huge"], tmp_path)
