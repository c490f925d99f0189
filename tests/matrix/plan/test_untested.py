"""Each model stands for itself: what cannot be tested says why, and the others are tested."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import h5py
import jsonschema
import numpy as np
import pytest

from matrix.catalogue.releases import catalogue
from matrix.environments.environments import Environments
from matrix.errors import LoadmatrixError, NothingTestable, UsageError
from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format
from matrix.model.inspection import inspect_testable
from matrix.model.source.address import Address
from matrix.npz import write_arrays
from matrix.options.reading import read_options
from matrix.options.tolerances import Numerics
from matrix.plan import make_plan as plans
from matrix.plan.plan_json import plan_document, plan_from
from matrix.plan.planning import planned
from matrix.plan.untested import Untested
from matrix.results import verdicts
from matrix.run.input_files import store_inputs
from matrix.run.store import Store
from reports.build.build_report import Run, build_report
from reports.formats.github import step_summary, workflow_commands
from reports.formats.plans.plan_text import render_plan
from reports.formats.registry import FORMATS
from reports.formats.terminal import render
from reports.gate.baseline import Kind, changes
from reports.gate.judgement import Judgement, evaluate_gate
from reports.gate.requirements import Gate, read_requirement
from reports.jobs import matrix
from reports.jobs.conclusion import print_summary
from reports.jobs.inspect import inspect
from reports.jobs.report import report
from reports.output import log_shown
from reports.report.internal_errors import InternalErrors
from reports.report.report import Report
from reports.report.report_json import read_schema, to_document
from tests import tiny_models
from tests.builders import finish, make_cell, make_cell_result, make_options, make_plan, make_result
from tests.conftest import FakePython

WHY = "/models/gone does not exist. Give the path of a model file or folder."
SPECIFIER = "==2.15.1"


def make_several(*untested: Untested) -> Report:
    """The report of one model that runs, and of others that were named before or after it."""
    cell = make_cell()
    plan = replace(make_plan([cell]), untested=untested)
    result = make_result(make_cell_result(cell, verdicts.Runs()))
    run = Run(started=datetime(2026, 1, 2, tzinfo=UTC), seconds=1.0)
    report = build_report(plan, [result], run)
    jsonschema.validate(to_document(report), read_schema())
    return report


def make_untested(place: int = 0, path: str = "/models/gone", why: str = WHY) -> Untested:
    return Untested(place=place, path=path, why=why, code=4)


@pytest.fixture
def unnamed(tmp_path: Path) -> Path:
    """A checkpoint whose prefix is empty."""
    return renamed(tiny_models.checkpoint(tmp_path / "unnamed"), "") / ".index"


@pytest.fixture
def like_a_shard(tmp_path: Path) -> Path:
    """A checkpoint of today that is called as a part of an old one is."""
    name = "part-00000-of-00002"
    return renamed(tiny_models.checkpoint(tmp_path / "like"), name) / name


def renamed(folder: Path, prefix: str) -> Path:
    """The folder of a checkpoint whose files were given another prefix."""
    (folder / "checkpoint").unlink()
    for file in list(folder.iterdir()):
        file.rename(folder / file.name.replace("model.ckpt", prefix))
    return folder


@pytest.fixture
def long_name(tmp_path: Path) -> Path:
    """A SavedModel with a signature whose name takes a megabyte."""
    folder = tiny_models.saved_model(tmp_path / "long")
    message = message_class("tensorflow.SavedModel")()
    message.ParseFromString((folder / "saved_model.pb").read_bytes())
    signature = message.meta_graphs[0].signature_def["n" * 2**20]
    signature.inputs["x"].name, signature.inputs["x"].dtype = "x:0", 1
    signature.inputs["x"].tensor_shape.dim.add().size = 2
    (folder / "saved_model.pb").write_bytes(message.SerializeToString())
    return folder


def test_checkpoint_with_an_empty_name_says_how_to_rename_it(unnamed: Path) -> None:
    shards = sorted(unnamed.parent.glob(".data-*"))
    for path in (unnamed, unnamed.parent, shards[0]):
        with pytest.raises(NothingTestable, match=r"empty name.*\.index to model\.index"):
            inspect_testable(path)


def test_checkpoint_that_is_called_like_a_shard_is_itself(like_a_shard: Path) -> None:
    everything = set(like_a_shard.parent.iterdir())
    named = [like_a_shard, *everything]
    seen = [inspect_testable(path).facts for path in named]
    assert {one.load_path for one in seen} == {like_a_shard}
    assert {one.size_bytes for one in seen} == {sum(one.stat().st_size for one in everything)}


def test_name_that_no_zip_file_holds_is_left_to_the_probe(long_name: Path, tmp_path: Path) -> None:
    plan = planned(make_options(models=(long_name,)))
    store = Store(folder=tmp_path / "results")
    store_inputs(plan, store)
    assert "n" * 2**20 in {one.name for one in plan.models[0].signatures}
    write_arrays(tmp_path / "odd.npz", {"a\0b": np.zeros(2), "a": np.zeros(2)})
    assert (tmp_path / "odd.npz").stat().st_size > 0


def test_every_model_is_looked_at_for_itself(
    unnamed: Path, like_a_shard: Path, tmp_path: Path
) -> None:
    sound = tiny_models.saved_model(tmp_path / "sound")
    weights = tiny_models.hdf5(tmp_path / "weights.h5")
    with h5py.File(weights, "a") as file:
        del file.attrs["model_config"]
        file.attrs["layer_names"] = [b"dense"]
    gone, elsewhere = tmp_path / "gone", Address.of("https://127.0.0.1:9/model.h5")
    assert elsewhere is not None
    models = (gone, sound, unnamed, elsewhere, like_a_shard, weights)
    plan = planned(make_options(models=models))
    assert [one.path.name for one in plan.models] == ["sound", "part-00000-of-00002"]
    found = {one.place: (one.code, one.why) for one in plan.untested}
    assert {place: code for place, (code, _) in found.items()} == {0: 4, 2: 3, 3: 2, 5: 3}
    assert "does not exist" in found[0][1]
    assert "could not be downloaded" in found[3][1]
    assert "contains weights only" in found[5][1]
    assert {one.place: one.format for one in plan.untested}[5] == Format.WEIGHTS_H5.value
    assert {one.place: bool(one.sha256) for one in plan.untested} == {
        0: False,
        2: False,
        3: False,
        5: True,
    }
    assert len(plan.findings) == len(plan.risks) == len(plan.models)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        pytest.param(["gone"], UsageError, id="one"),
        pytest.param(["gone", "lost"], UsageError, id="all-absent"),
        pytest.param(["gone", "empty"], NothingTestable, id="mixed"),
    ],
)
def test_run_without_any_model_is_refused(
    tmp_path: Path, names: list[str], kind: type[LoadmatrixError]
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(kind) as refused:
        planned(make_options(models=tuple(tmp_path / name for name in names)))
    assert all(str(tmp_path / name) in str(refused.value) for name in names)


def test_inspection_of_several_goes_on_where_one_is_not_there(
    unnamed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = tiny_models.saved_model(tmp_path / "sound")
    assert inspect([str(tmp_path / "gone"), str(unnamed), str(sound), "--json"], tmp_path) == 3
    models = json.loads(capsys.readouterr().out)["models"]
    assert [one["sound"] for one in models] == [False, False, True]
    assert "does not exist" in models[0]["problem"]
    assert "empty name" in models[1]["problem"]
    with pytest.raises(UsageError, match="does not exist"):
        inspect([str(tmp_path / "gone")], tmp_path)


def test_inputs_that_fit_one_model_do_not_keep_it_from_its_test(
    model_named: Callable[[str], Path], tmp_path: Path
) -> None:
    fits, other = model_named("fits"), tiny_models.tflite(tmp_path / "other.tflite")
    (name,) = {
        tensor.name for one in inspect_testable(fits).facts.signatures for tensor in one.inputs
    }
    write_arrays(tmp_path / "x.npz", {name: np.zeros(3, "float32"), "more": np.zeros(2)})
    numerics = Numerics(inputs=tmp_path / "x.npz")
    models = (other, fits, tmp_path / "gone")
    found = planned(make_options(models=models, numerics=numerics))
    assert [one.path for one in found.models] == [fits]
    assert {one.place: one.code for one in found.untested} == {0: 4, 2: 4}
    assert "does not match other.tflite" in found.untested[0].why
    with pytest.raises(UsageError, match=r"does not match other\.tflite"):
        planned(make_options(models=models[:1], numerics=numerics))


def test_surprise_costs_one_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tuple(tiny_models.saved_model(tmp_path / name) for name in ("odd", "sound"))

    def stumbling(facts: Any, *more: Any, **options: Any) -> Any:
        if any(one.path.name == "odd" for one in facts):
            raise ZeroDivisionError("by zero")
        return plans.make_plan(facts, *more, **options)

    monkeypatch.setattr("matrix.plan.planning.make_plan", stumbling)
    made = planned(make_options(models=models))
    assert [one.path.name for one in made.models] == ["sound"]
    (odd,) = made.untested
    assert "ZeroDivisionError: by zero" in odd.why
    assert "report it" in odd.why
    with pytest.raises(LoadmatrixError, match="could not be inspected"):
        planned(make_options(models=models[:1]))


def test_plan_keeps_them() -> None:
    plan = replace(make_plan([make_cell()]), untested=(make_untested(),))
    document = json.loads(json.dumps(plan_document(plan)))
    assert plan_from(document, catalogue()).untested == plan.untested


def test_report_has_them_at_their_place() -> None:
    made = make_several(make_untested(0), make_untested(2, "/models/x", "x is no model."))
    assert [(one.name, one.untested) for one in made.models] == [
        ("gone", WHY),
        ("m", ""),
        ("x", "x is no model."),
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_why(name: str) -> None:
    text = FORMATS[name](make_several(make_untested()))
    # A badge is a few pixels, and matrix.svg has the sentence for readers that listen.
    assert "does not exist" in text or name.startswith("badge")


def test_terminal_says_why_before_and_after() -> None:
    made = make_several(make_untested())
    assert render(made.models[0]) == f"gone\n\nNot tested: {WHY}"
    plan = replace(make_plan([make_cell()]), untested=(make_untested(),))
    assert f"not tested: {WHY}" in render_plan(plan, [])


def test_machines_see_them() -> None:
    made = make_several(make_untested())
    rows = list(csv.DictReader(io.StringIO(FORMATS["report.csv"](made))))
    assert [(row["model"], row["verdict"], row["reason"]) for row in rows] == [
        ("gone", "not-run", WHY),
        ("m", "runs", ""),
    ]
    junit = FORMATS["junit.xml"](made)
    assert '<testsuite name="gone" tests="1" failures="0" errors="1"' in junit
    commands = workflow_commands(made, Judgement())
    assert f"::error title=Loadmatrix::gone: Not tested: {WHY}" in commands
    assert WHY in step_summary(made, Judgement())


def test_requirement_of_an_untested_model_is_not_met() -> None:
    wanted = read_requirement("tensorflow==2.15.*", catalogue())
    gate = Gate(today=date(2026, 1, 2), requirements=(wanted,))
    assert evaluate_gate(make_several(), gate).errors == ()
    (error,) = evaluate_gate(make_several(make_untested()), gate).errors
    assert error.startswith("gone: tensorflow==2.15.* is required")


def test_untested_models_are_no_answer_in_a_comparison() -> None:
    whole, lost = make_several(), make_several(make_untested(), make_untested(2, "/models/x"))
    assert changes(lost, lost) == ()
    assert changes(whole, lost) == ()
    alone = replace(lost, models=(replace(whole.models[0], untested=WHY, cells=()),))
    assert [one.kind for one in changes(whole, alone)] == [Kind.NO_LONGER_TESTED]


@pytest.mark.parametrize(
    ("untested", "require", "code"),
    [
        pytest.param((), (), 0, id="all-tested"),
        pytest.param((make_untested(),), (), 3, id="one-untested"),
        pytest.param((make_untested(),), ("tensorflow==2.15.*",), 1, id="and-required"),
    ],
)
def test_exit_code_tells(
    tmp_path: Path, untested: tuple[Untested, ...], require: tuple[str, ...], code: int
) -> None:
    gate = Gate(
        today=date(2026, 1, 2),
        requirements=tuple(read_requirement(one, catalogue()) for one in require),
    )
    errors = InternalErrors(log=tmp_path / "internal-errors.log")
    assert print_summary(make_several(*untested), tmp_path, gate, errors) == code


@pytest.fixture
def several(model_named: Callable[[str], Path], unnamed: Path, long_name: Path) -> list[str]:
    """Two models that can be tested, and two that cannot."""
    return [str(unnamed), str(model_named("loads")), "gone", str(long_name)]


def test_others_are_tested_through_the_whole_tool(
    furnish: FakePython, several: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [*several, "--tensorflow", SPECIFIER, "--envdir", str(tmp_path / "envs"), "--offline"]
    options = read_options(words, tmp_path)
    (cell,) = [one.cell for one in planned(options).cells]
    assert cell.shipped_lock
    text = cell.shipped_lock.read_text(encoding="utf-8")
    place = options.envdir / "envs" / Environments.from_options(options)._name(cell, text)
    furnish(place, "obedient")
    finish(place)
    noxfile = Path(__file__).resolve().parents[3] / "reports" / "workers_noxfile.py"
    with log_shown(0):
        assert matrix.matrix(words, tmp_path, noxfile) == 3
    said = capfd.readouterr().out
    assert " ".join(said.split()).count("empty name") >= 2
    document = json.loads((tmp_path / "compatibility" / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, read_schema())
    found = [(one["format"], bool(one.get("untested"))) for one in document["models"]]
    assert found == [
        (Format.UNKNOWN.value, True),
        (Format.SAVED_MODEL.value, False),
        (Format.UNKNOWN.value, True),
        (Format.SAVED_MODEL.value, False),
    ]
    assert [cell["verdict"] for cell in document["models"][1]["cells"]] == ["runs"]
    # A report made again later says the same.
    assert report([str(tmp_path / "compatibility")], tmp_path) == 3
