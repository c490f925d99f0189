"""A model is found under any path, and told under the path of the caller."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from matrix.model.identify import identify
from matrix.model.path_patterns import is_plain
from matrix.plan.check import Check
from matrix.plan.variant import ONLY
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probing.staging import Staging
from tests import tiny_models
from tests.conftest import MakeCheck, Verified

ODD: tuple[str, ...] = ("model[1]", "a*b", "what?", "m{a,b}", "x]y")
if sys.platform == "linux":
    # Names may be any bytes.
    ODD += (os.fsdecode(b"mod\xe8le"),)


def check(path: Path, loader: str = "saved_model", **options: object) -> Check:
    return Check(model=0, path=str(path), loader=loader, variant=ONLY.given(**options))


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return Staging(folder=tmp_path / "scratch" / "models")


@pytest.mark.parametrize("name", ODD)
def test_model_in_a_folder_like_a_pattern_is_found(
    verified: Verified, make_check: MakeCheck, name: str
) -> None:
    odd = make_check(f"{name}/loads")
    record = verified("obedient", odd).checks[odd.id]
    assert record.loaded
    assert record.calls is not None


def test_what_it_says_names_the_path_of_the_caller(
    verified: Verified, make_check: MakeCheck
) -> None:
    odd = make_check("model[1]/names_its_path")
    record = verified("obedient", odd).checks[odd.id]
    assert record.error is not None
    assert record.error.message == f"cannot read {odd.path}/variables"
    assert "scratch" not in record.error.traceback
    assert f"cannot read {odd.path}" in record.error.traceback


def test_plain_path_is_left_alone(staging: Staging, tmp_path: Path) -> None:
    checks = [check(tmp_path / "model"), check(tmp_path / "cp-?????-of-00002", "checkpoint")]
    assert all(is_plain(one.path) for one in checks)
    assert staging.staged(checks) == checks
    assert not staging.folder.exists()
    assert staging.told("as it is") == "as it is"


@pytest.mark.parametrize("name", ODD)
def test_file_keeps_its_suffix_and_content(staging: Staging, tmp_path: Path, name: str) -> None:
    model = tmp_path / name / f"{name}.h5"
    model.parent.mkdir()
    model.write_bytes(b"whole")
    one, two = staging.staged([check(model, "keras"), check(model, "keras", compile=False)])
    assert one.path == two.path
    assert is_plain(one.path)
    assert Path(one.path).suffix == ".h5"
    assert Path(one.path).read_bytes() == b"whole"


def test_folder_is_the_same_folder(staging: Staging, tmp_path: Path) -> None:
    model = tiny_models.saved_model(tmp_path / "model[1]")
    (one,) = staging.staged([check(model)])
    assert (Path(one.path) / "saved_model.pb").samefile(model / "saved_model.pb")
    assert staging.told({"at": [f"{one.path}/variables"]}) == {"at": [f"{model}/variables"]}


def test_weights_beside_an_architecture_are_found_too(staging: Staging, tmp_path: Path) -> None:
    folder = tmp_path / "m[1]"
    folder.mkdir()
    for name in ("model.json", "weights.h5"):
        (folder / name).write_text(name)
    weights = str(folder / "weights.h5")
    (one,) = staging.staged([check(folder / "model.json", "keras", kind="json", weights=weights)])
    assert is_plain(str(one.options["weights"]))
    assert Path(str(one.options["weights"])).read_text() == "weights.h5"
    assert one.options["kind"] == "json"


@pytest.mark.parametrize("prefix", ["model.ckpt", "cp[1].ckpt"])
def test_checkpoint_has_all_of_its_files(staging: Staging, tmp_path: Path, prefix: str) -> None:
    folder = tiny_models.checkpoint(tmp_path / "run[1]")
    for file in list(folder.glob("model.ckpt.*")):
        file.rename(folder / file.name.replace("model.ckpt", prefix))
    (one,) = staging.staged([check(folder / prefix, "checkpoint")])
    assert is_plain(one.path)
    found = sorted(
        path.name.removeprefix(Path(one.path).name) for path in Path(one.path).parent.iterdir()
    )
    assert found == [".data-00000-of-00002", ".data-00001-of-00002", ".index"]


def test_shards_of_an_old_checkpoint_stay_a_pattern(staging: Staging, tmp_path: Path) -> None:
    folder = tmp_path / "old[1]"
    folder.mkdir()
    for number in range(2):
        (folder / f"cp-{number:05d}-of-00002").write_text("table")
    (one,) = staging.staged([check(folder / "cp-?????-of-00002", "checkpoint")])
    assert one.path.endswith("/cp-?????-of-00002")
    assert len(list(Path(one.path).parent.glob("cp-?????-of-00002"))) == 2


def test_attempts_keep_the_name_that_a_reader_has(staging: Staging, tmp_path: Path) -> None:
    attempt = check(tmp_path / "m[1]", "script", script="pass")
    assert staging.staged([attempt]) == [attempt]


def test_without_links_there_are_copies(
    staging: Staging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("a required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refused)
    model = tiny_models.saved_model(tmp_path / "model[1]")
    (tmp_path / "a[1].h5").write_bytes(b"whole")
    one, two = staging.staged([check(model), check(tmp_path / "a[1].h5", "keras")])
    assert (Path(one.path) / "variables" / "variables.index").is_file()
    assert Path(two.path).read_bytes() == b"whole"


def test_log_of_what_died_is_told_with_the_path_of_the_caller(
    staging: Staging, tmp_path: Path
) -> None:
    model = tmp_path / "m[1]"
    model.mkdir()
    (one,) = staging.staged([check(model)])
    record = CheckRecord(exit=ProcessExit(signal="SIGSEGV", log=f"in {one.path}"))
    told = staging.told({"0": record})["0"]
    assert told.exit is not None
    assert told.exit.log == f"in {model}"


def test_reader_is_told_of_a_path_like_a_pattern(tmp_path: Path) -> None:
    odd, plain = (tiny_models.saved_model(tmp_path / name) for name in ("model[1]", "model"))
    assert any("Its path contains" in note for note in identify(odd).notes)
    assert identify(plain).notes == ()


def test_checkpoint_beside_a_meta_graph_is_found_too(staging: Staging, tmp_path: Path) -> None:
    folder = tiny_models.checkpoint(tmp_path / "m[1]")
    meta = folder / "model.ckpt.meta"
    meta.write_bytes(b"graph")
    weights = str(folder / "model.ckpt")
    (one,) = staging.staged([check(meta, "graph", kind="meta_graph", weights=weights)])
    prefix = Path(str(one.options["weights"]))
    assert is_plain(prefix)
    assert prefix.with_name(f"{prefix.name}.index").samefile(folder / "model.ckpt.index")
