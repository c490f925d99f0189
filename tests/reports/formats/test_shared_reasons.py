"""Each fact is one reason, with all the loaders and cells it holds for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.formats.shared_reasons import SharedReason, shared_reasons
from reports.report.cause import Cause, Diagnosis, Remedy
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport
from tests.builders import EXAMPLES, make_report, make_sample, report_of

RUNS, FAILS = EXAMPLES[verdicts.Runs], EXAMPLES[verdicts.Fails]
(SAMPLE,) = make_report(make_sample()).models


def _model(
    cells: Mapping[str, Mapping[str, Diagnosis]], written_by: str | None = None
) -> ModelReport:
    """A model that fails in each cell with the diagnosis of each loader."""
    found: Mapping[str, Mapping[str, Verdict]] = {
        name: dict.fromkeys(loaders, FAILS) for name, loaders in cells.items()
    }
    (model,) = report_of(found).models
    facts = {**model.facts, "tensorflow": written_by}
    return replace(
        model, facts=facts, cells=tuple(_with(cell, cells[cell.id]) for cell in model.cells)
    )


def _with(cell: CellReport, diagnoses: Mapping[str, Diagnosis]) -> CellReport:
    checks = (replace(check, diagnosis=diagnoses[check.loader]) for check in cell.checks)
    return replace(cell, checks=tuple(checks))


def _op(name: str, *remedies: Remedy, cause: Cause = Cause.UNREGISTERED_OP) -> Diagnosis:
    text = f"The op `{name}` is unknown."
    return Diagnosis(cause=cause, subject=name, explanation=text, remedies=remedies)


def _told(model: ModelReport) -> list[tuple[str, str]]:
    return [(reason.where, reason.text) for reason in shared_reasons(model)]


def test_sample_says_each_reason_once() -> None:
    found = {reason.where: reason.check.verdict for reason in shared_reasons(SAMPLE)}
    assert found["keras in 2.11.1 to 2.13.1"] == "fails"
    # Its advice is another: only Keras takes the objects of a caller.
    assert found["saved_model in 2.12.1"] == "fails"
    assert found["2.10.1"] == "unavailable"
    assert "runs" not in found.values()


def test_same_failure_of_several_loaders_is_one_reason() -> None:
    both = {"saved_model": _op("A"), "session": _op("A")}
    model = _model({"2.3.4": both, "2.4.4": both, "2.5.3": {"keras": _op("A")}})
    ((where, text),) = _told(model)
    assert where == "saved_model and session in 2.3.4, 2.4.4; keras in 2.5.3"
    assert text == "fails: unregistered op: The op `A` is unknown."


def test_names_that_differ_from_cell_to_cell_are_told_with_the_first() -> None:
    names = {"2.3.4": "A", "2.4.4": "B", "2.5.3": "C", "2.6.5": "A"}
    ((where, text),) = _told(_model({cell: {"keras": _op(name)} for cell, name in names.items()}))
    assert where == "keras in 2.3.4 to 2.6.5"
    assert text.endswith("The op `A` is unknown. Elsewhere: `B`, `C`.")


def test_same_sentence_about_other_subjects_is_one_reason() -> None:
    text = "The shapes are checked more strictly."
    cause = Cause.OP_ATTR_OR_SHAPE_VERSION
    first, second = (
        Diagnosis(cause=cause, subject=subject, explanation=text)
        for subject in ("shapes", "ParseExample")
    )
    model = _model(
        {
            "2.3.4": {"keras": first},
            "2.4.4": {"keras": second},
            "2.5.3": {"keras": first},
        }
    )
    ((where, told),) = _told(model)
    assert where == "keras in 2.3.4 to 2.5.3"
    assert told.endswith(f": {text}")


def test_other_cause_is_another_reason() -> None:
    other = _op("A", cause=Cause.EXPORT_DEFECT)
    assert len(_told(_model({"2.3.4": {"keras": _op("A")}, "2.4.4": {"keras": other}}))) == 2


def test_wordings_without_a_diagnosis_are_one_reason() -> None:
    def odd(keys: str) -> Verdict:
        return verdicts.Fails(error=ErrorRecord(type="OddError", message=f"odd {keys} of it"))

    (model,) = report_of({"2.3.4": odd("{'a', 'b'}"), "2.4.4": odd("{'b', 'a'}")}).models
    (reason,) = shared_reasons(model)
    assert reason.where == "saved_model in 2.3.4, 2.4.4"


def test_consequences_of_a_newer_writer_are_told_once() -> None:
    version = replace(_op("GraphDef version 9", cause=Cause.OP_ATTR_OR_SHAPE_VERSION))
    # An op of TensorFlow since 2.10.
    op = _op("DisableCopyOnRead")
    model = _model(
        {
            "2.3.4": {"saved_model": op, "session": version},
            "2.4.4": {"saved_model": op, "session": op},
            "2.12.1": {"saved_model": op},
        },
        written_by="2.12.0",
    )
    first, second = _told(model)
    assert first == (
        "saved_model and session in 2.3.4, 2.4.4",
        "fails: The model was written by TensorFlow 2.12.0, which is newer than these releases. "
        "2.3.4, 2.4.4: The op `DisableCopyOnRead` is unknown. "
        "2.3.4: The op `GraphDef version 9` is unknown.",
    )
    assert second[0] == "saved_model in 2.12.1"


def test_op_of_another_package_is_missing_whoever_wrote_the_model() -> None:
    graph = replace(_op("A graph", cause=Cause.OP_ATTR_OR_SHAPE_VERSION), explanation="It is new.")
    model = _model(
        {"2.3.4": {"keras": graph}, "2.4.4": {"keras": _op("SimpleMLCreateModelResource")}},
        written_by="2.12.0",
    )
    assert len(_told(model)) == 2


def _remedies(model: ModelReport) -> list[str]:
    (reason,) = shared_reasons(model)
    return [remedy.text for remedy in reason.remedies]


def test_remedies_of_all_cells_are_told_once_with_where_they_hold() -> None:
    install = [
        Remedy(text=f"Install tf-keras=={version} as well.", verified=True)
        for version in ("2.16.0", "2.17.0")
    ]
    load = Remedy(text="Load it with tf.saved_model.load.", verified=True)
    model = _model(
        {"2.16.2": {"keras": _op("A", install[0])}, "2.17.1": {"keras": _op("A", install[1], load)}}
    )
    assert _remedies(model) == [
        f"In 2.16.2: {install[0].text} Likewise in 2.17.1, with the versions for that release.",
        f"In 2.17.1: {load.text}",
    ]


def test_verified_remedies_come_first() -> None:
    guess, sure = Remedy(text="Guess."), Remedy(text="Do it.", verified=True)
    assert _remedies(_model({"2.16.2": {"keras": _op("A", guess, sure)}})) == ["Do it.", "Guess."]


def test_reason_for_whole_cells_names_no_loader() -> None:
    absent = EXAMPLES[verdicts.Unavailable]
    (model,) = report_of({"2.3.4": {"saved_model": absent, "keras": absent}}).models
    (reason,) = shared_reasons(model)
    assert isinstance(reason, SharedReason)
    assert (reason.loaders, reason.where) == ((), "2.3.4")
