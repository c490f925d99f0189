"""The estimate of runs that nobody has made."""

from __future__ import annotations

import pytest

from benchmarks.scale.on_paper import Estimate, Figures, main


def test_pairs_are_tested_once_and_tensorflow_is_imported_once_a_unit() -> None:
    figures = Figures(
        models=128, releases=2, companion_cells=0, model_in_cell_seconds=1, import_seconds=10,
        engine_ms=0,
    )  # fmt: skip
    assert Estimate(figures=figures).units == 4
    assert Estimate(figures=figures).testing == 128 * 2 + 4 * 10


def test_slow_network_is_what_limits() -> None:
    assert Estimate(figures=Figures(link_mb_per_second=1)).limit == "read models over the network"


def test_more_workers_help_until_something_else_limits() -> None:
    hours = [Estimate(figures=Figures(workers=count)).hours for count in (1, 10, 1000, 10_000)]
    assert hours[0] > hours[1] > hours[2] == hours[3]


def test_every_figure_is_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--models", "64", "--releases", "1", "--companion-cells", "0"]) == 0
    assert capsys.readouterr().out.startswith("64 models in 1 cells on 100 workers: 1 units")
