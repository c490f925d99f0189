"""Options from the command line and from `[tool.loadmatrix]`."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from packaging.specifiers import SpecifierSet

from matrix.cache import cache_folder
from matrix.catalogue.releases import catalogue
from matrix.errors import UsageError
from matrix.options.clean import clean_options
from matrix.options.limits import Limits
from matrix.options.options import Options
from matrix.options.reading import read_options, run_line
from matrix.options.report import ReportOptions, report_options
from matrix.options.requirements import GateOptions


def _configure(folder: Path, *lines: str) -> None:
    text = "\n".join(["[tool.loadmatrix]", *lines])
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


def _refused(folder: Path, *arguments: str) -> str:
    with pytest.raises(UsageError) as caught:
        read_options(["m", *arguments], folder)
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_defaults_are_the_documented_ones(tmp_path: Path) -> None:
    assert read_options(["m"], tmp_path) == Options(
        models=(tmp_path / "m",), output=tmp_path / "compatibility", envdir=cache_folder()
    )


def test_every_option_of_the_line_arrives(tmp_path: Path) -> None:
    line = "m n --tensorflow >=2.8 --patches --python 3.9 --python 3.11 --plan --every-variant"
    line += " --jobs 3 --timeout 7.5 --memory 2GB --output out --envdir envs --venv-backend venv"
    line += " --offline --discard --require 2.15 --require keras:2.16 --require-verdict runs"
    line += " --baseline old/report.json --fail-on-regression"
    assert read_options(line.split(), tmp_path) == Options(
        models=(tmp_path / "m", tmp_path / "n"),
        output=tmp_path / "out",
        envdir=tmp_path / "envs",
        tensorflow=SpecifierSet(">=2.8"),
        pythons=("3.9", "3.11"),
        patches=True,
        plan_only=True,
        every_variant=True,
        jobs=3,
        limits=Limits(seconds=7.5, memory_mb=2048),
        venv_backend="venv",
        offline=True,
        discard=True,
        gate=GateOptions(
            require=("2.15", "keras:2.16"),
            require_verdict="runs",
            baseline=tmp_path / "old" / "report.json",
            fail_on_regression=True,
        ),
    )


def test_no_model_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No model was given"):
        read_options([], tmp_path)


def test_models_may_come_from_the_configuration(tmp_path: Path) -> None:
    _configure(tmp_path, 'models = ["a", "b"]')
    assert read_options([], tmp_path).models == (tmp_path / "a", tmp_path / "b")


def test_the_same_model_named_twice_is_tested_once(tmp_path: Path) -> None:
    assert read_options(["m", str(tmp_path / "m")], tmp_path).models == (tmp_path / "m",)


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert read_options(["~/m"], tmp_path).models == (tmp_path / "home" / "m",)


def test_the_line_wins_over_the_configuration(tmp_path: Path) -> None:
    _configure(tmp_path, "jobs = 2", 'output = "elsewhere"', 'python = "3.8"')
    options = read_options(["m", "--jobs", "5", "--python", "3.9"], tmp_path)
    assert (options.jobs, options.output) == (5, tmp_path / "elsewhere")
    assert options.pythons == ("3.9",)


def test_every_key_of_the_configuration_arrives(tmp_path: Path) -> None:
    _configure(
        tmp_path,
        'tensorflow = "<2.10"\npatches = true\npython = ["3.9"]\nevery-variant = true\njobs = 2',
        'timeout = 9\nmemory = "512MB"\noutput = "o"\nenvdir = "e"\nvenv-backend = "uv"',
        'offline = true\ndiscard = true\nrequire = "2.15"\nrequire-verdict = "runs"',
        'baseline = "b"\nfail-on-regression = true\n[[tool.loadmatrix.known-failures]]\na = 1',
    )
    assert read_options(["m"], tmp_path) == Options(
        models=(tmp_path / "m",),
        output=tmp_path / "o",
        envdir=tmp_path / "e",
        tensorflow=SpecifierSet("<2.10"),
        pythons=("3.9",),
        patches=True,
        every_variant=True,
        jobs=2,
        limits=Limits(seconds=9, memory_mb=512),
        venv_backend="uv",
        offline=True,
        discard=True,
        gate=GateOptions(
            require=("2.15",),
            require_verdict="runs",
            baseline=tmp_path / "b",
            fail_on_regression=True,
            known_failures=({"a": 1},),
        ),
    )


NEWEST = "{0.major}.{0.minor}".format(catalogue()[-1].version)


def _but(minor: str, first: int) -> str:
    return ",".join(f"!={minor}.{patch}" for patch in range(first, 10))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2.15", "==2.15.*", id="minor"),
        pytest.param("2", "==2.*", id="major"),
        pytest.param("1,2.2..", ">=1,!=2.0.*,!=2.1.*", id="major-and-newer-ones"),
        pytest.param("2.15.1", "==2.15.1", id="patch"),
        pytest.param(">=2.8,!=2.11.*", ">=2.8,!=2.11.*", id="specifier"),
        pytest.param(" 2.15 ", "==2.15.*", id="minor-with-spaces"),
        pytest.param("2.8..2.15", ">=2.8,<2.16", id="range"),
        pytest.param("2.8.1..2.15.0", ">=2.8.1,<2.15.1", id="range-of-patches"),
        pytest.param("2.8..", ">=2.8", id="and-newer"),
        pytest.param("..2.8", "<2.9", id="and-older"),
        pytest.param("2.8,2.10", ">=2.8,!=2.9.*,<2.11", id="some"),
        pytest.param("2.10, 2.8..2.9", ">=2.8,<2.11", id="some-that-are-next-to-each-other"),
        pytest.param("2.4.3,2.5", ">=2.4.3,<2.6," + _but("2.4", 4), id="patch-and-minor"),
        pytest.param("1.15,2.1", ">=1.15,!=2.0.*,<2.2", id="across-a-major"),
        pytest.param("latest", f"=={NEWEST}.*", id="latest"),
    ],
)
def test_versions_may_be_written_short(tmp_path: Path, text: str, expected: str) -> None:
    assert read_options(["m", "--tensorflow", text], tmp_path).tensorflow == SpecifierSet(expected)


@pytest.mark.parametrize(
    ("text", "megabytes"),
    [
        pytest.param("512", 512, id="plain-number"),
        pytest.param("512MB", 512, id="megabytes"),
        pytest.param("1.5 gb", 1536, id="fraction-and-lower-case"),
        pytest.param("4G", 4096, id="short-unit"),
    ],
)
def test_memory_is_read_with_its_unit(tmp_path: Path, text: str, megabytes: int) -> None:
    assert read_options(["m", "--memory", text], tmp_path).limits.memory_mb == megabytes


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--jobs", "0"), id="no-jobs"),
        pytest.param(("--jobs", "-1"), id="negative-jobs"),
        pytest.param(("--jobs", "two"), id="jobs-in-words"),
        pytest.param(("--timeout", "0"), id="no-time"),
        pytest.param(("--timeout", "-3"), id="negative-time"),
        pytest.param(("--timeout", "nan"), id="time-is-no-number"),
        pytest.param(("--memory", "0"), id="no-memory"),
        pytest.param(("--memory", "0.2MB"), id="less-than-a-megabyte"),
        pytest.param(("--memory", "4 gallons"), id="memory-in-gallons"),
        pytest.param(("--python", "3.9.1"), id="python-patch"),
        pytest.param(("--python", "2.7"), id="python-2"),
        pytest.param(("--tensorflow", "newest"), id="no-specifier"),
        pytest.param(("--tensorflow", "2.15..2.8"), id="range-backwards"),
        pytest.param(("--output", "--fast"), id="option-for-a-value"),
        pytest.param(("--isolation", "hope"), id="isolation"),
        pytest.param(("--loader", "karas"), id="loader"),
        pytest.param(("-output", "out"), id="one-dash"),
        pytest.param(("--json", "--plan"), id="report-of-nothing"),
        pytest.param(("--venv-backend", "conda"), id="backend"),
        pytest.param(("--jobs",), id="value-missing"),
        pytest.param(("--require-verdict", "differs"), id="level"),
        pytest.param(("--fail-on-regression",), id="regression-from-nothing"),
    ],
)
def test_value_that_makes_no_sense_is_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert arguments[0] in _refused(tmp_path, *arguments)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        pytest.param("--tensorfow=2.8", "Did you mean --tensorflow?", id="misspelled"),
        pytest.param("--every_variant", "Did you mean --every-variant?", id="underscore"),
        pytest.param("--zzz", "--help lists all options.", id="nothing-near"),
        pytest.param("--tensor", "Did you mean --tensorflow?", id="abbreviated"),
        pytest.param("--jsno", "Did you mean --json?", id="swapped-letters"),
        pytest.param("\N{EM DASH}plan", "Did you mean --plan?", id="dash-of-a-text"),
        pytest.param("--help=yes", "--help is a switch and takes no value", id="value-of-help"),
        pytest.param("--plan=yes", "--plan is a switch and takes no value", id="value-of-a-switch"),
        pytest.param("--jumps", "--help lists all options.", id="like-another-but-not-near"),
    ],
)
def test_unknown_option_gets_a_hint(tmp_path: Path, wrong: str, hint: str) -> None:
    assert hint in _refused(tmp_path, wrong)


def test_unknown_key_gets_a_hint(tmp_path: Path) -> None:
    _configure(tmp_path, "job = 3")
    assert "unknown key job. Did you mean jobs?" in _refused(tmp_path)


def test_plan_is_no_key_of_the_configuration(tmp_path: Path) -> None:
    _configure(tmp_path, "plan = true")
    assert "unknown key plan" in _refused(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("jobs = true", id="bool-for-int"),
        pytest.param("jobs = 2.5", id="float-for-int"),
        pytest.param("timeout = true", id="bool-for-float"),
        pytest.param("offline = 1", id="int-for-bool"),
        pytest.param("memory = 512", id="int-for-string"),
        pytest.param("python = [3.9]", id="list-of-floats"),
        pytest.param("models = 3", id="int-for-list"),
        pytest.param("known-failures = ['a']", id="strings-for-tables"),
        pytest.param("known-failures = {a = 1}", id="one-table-for-many"),
    ],
)
def test_key_of_the_wrong_type_is_refused(tmp_path: Path, line: str) -> None:
    _configure(tmp_path, line)
    assert f"{line.split(maxsplit=1)[0]} in [tool.loadmatrix]" in _refused(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"[tool.loadmatrix", id="no-toml"),
        pytest.param(b"\xff\xfe", id="no-text"),
        pytest.param(b'[tool]\nloadmatrix = "yes"', id="no-table"),
    ],
)
def test_damaged_configuration_is_refused_with_its_path(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text)
    assert str(tmp_path / "pyproject.toml") in _refused(tmp_path)


def test_foreign_configuration_is_of_no_concern(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other]\njobs = 3\n", encoding="utf-8")
    assert read_options(["m"], tmp_path).jobs is None


def test_every_option_has_a_help_text() -> None:
    options = [param for param in run_line().params if isinstance(param, click.Option)]
    assert len(options) > 10
    assert all(option.help for option in options)


def test_clean_takes_the_folder_of_the_line_or_the_configuration(tmp_path: Path) -> None:
    assert clean_options([], tmp_path).envdir == cache_folder()
    _configure(tmp_path, 'envdir = "configured"')
    assert clean_options([], tmp_path).envdir == tmp_path / "configured"
    assert clean_options(["--envdir", "named"], tmp_path).envdir == tmp_path / "named"


def test_clean_does_not_suggest_an_option_it_has_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Unknown option --jobs") as caught:
        clean_options(["--jobs", "3"], tmp_path)
    assert "mean --jobs" not in str(caught.value)


def test_report_takes_results_and_the_configured_demands(tmp_path: Path) -> None:
    _configure(tmp_path, 'require = "2.15"\noutput = "of-the-run"')
    assert report_options(["a", "b", "a"], tmp_path) == ReportOptions(
        results=(tmp_path / "a", tmp_path / "b"), gate=GateOptions(require=("2.15",))
    )
    assert report_options(["--output", "o"], tmp_path).output == tmp_path / "o"


def test_options_have_letters_and_words_follow_two_dashes(tmp_path: Path) -> None:
    options = read_options(["-j", "2", "-o", "out", "--", "--odd"], tmp_path)
    assert (options.jobs, options.output) == (2, tmp_path / "out")
    assert options.models == (tmp_path / "--odd",)


def test_some_releases_admit_exactly_these(tmp_path: Path) -> None:
    wanted = read_options(["m", "--tensorflow", "2.4.3, 2.9..2.11, 2.15"], tmp_path).tensorflow
    assert wanted is not None
    admitted = [v for release in catalogue() for v in release.matching(wanted)]
    assert {v.minor for v in admitted} == {4, 9, 10, 11, 15}
    assert [str(v) for v in admitted if v.minor == 4] == ["2.4.3"]


def test_models_may_stand_before_and_behind_options() -> None:
    options = read_options(["/a", "--jobs", "2", "/b"], Path("/"))
    assert options.models == (Path("/a"), Path("/b"))
    assert options.jobs == 2


@pytest.mark.parametrize(
    ("key", "field"),
    [
        pytest.param("offline", "offline", id="offline"),
        pytest.param("discard", "discard", id="discard"),
        pytest.param("patches", "patches", id="patches"),
        pytest.param("allow-lambda", "allow_lambda", id="allow-lambda"),
        pytest.param("every-variant", "every_variant", id="every-variant"),
    ],
)
def test_switch_of_the_file_is_turned_off_on_the_line(tmp_path: Path, key: str, field: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.loadmatrix]\n{key} = true\n")
    assert getattr(read_options(["m"], tmp_path), field) is True
    assert getattr(read_options(["m", f"--no-{key}"], tmp_path), field) is False
    assert getattr(read_options(["m", f"--no-{key}", f"--{key}"], tmp_path), field) is True


def test_remedies_left_out_by_the_file_are_tried_again_on_the_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.loadmatrix]\nno-remedies = true\n")
    assert not read_options(["m"], tmp_path).remedies
    assert read_options(["m", "--remedies"], tmp_path).remedies


def test_regressions_are_tolerated_for_once(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.loadmatrix]\nfail-on-regression = true\nbaseline = "old.json"\n'
    )
    assert read_options(["m"], tmp_path).gate.fail_on_regression
    line = ["m", "--no-fail-on-regression"]
    assert not read_options(line, tmp_path).gate.fail_on_regression


def test_switch_that_no_file_has_cannot_be_turned_off(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Unknown option --no-plan"):
        read_options(["m", "--no-plan"], tmp_path)
