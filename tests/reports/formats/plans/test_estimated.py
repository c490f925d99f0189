"""The estimate in words."""

from __future__ import annotations

from dataclasses import replace

from matrix.costs.estimate import Estimate
from reports.formats.plans.estimated import estimate_sentence

MANY = Estimate(
    models=2000,
    cells=58_000,
    known=0,
    cpu_hours=31.2,
    hours=15.9,
    at_once=2,
    disk_mb=20 * 1024,
    download_mb=6 * 1024,
    measured=1240,
)


def test_of_many_models() -> None:
    assert estimate_sentence(MANY) == (
        "2,000 models, 58,000 cells of models: about 31 CPU hours, 20 GB of disk for all "
        "environments (6.0 GB to download); 2 at a time about 16 hours (estimated from 1,240 cells "
        "measured on this machine)."
    )


def test_disk_and_download_are_told_in_one_place() -> None:
    said = estimate_sentence(replace(MANY, models=8), costs_told=True)
    assert said == (
        "About 16 hours for 58,000 cells of models (8 models), 2 at a time (estimated from 1,240 "
        "cells measured on this machine)."
    )


def test_of_one_cell_with_defaults() -> None:
    small = replace(
        MANY,
        models=1,
        cells=1,
        known=28,
        cpu_hours=0.001,
        hours=0.02,
        at_once=1,
        disk_mb=0,
        download_mb=0,
        measured=0,
    )
    assert estimate_sentence(small) == (
        "About 1 minute for 1 cell (28 more are known), one at a time (estimated from defaults)."
    )


def test_of_nothing_that_is_left() -> None:
    assert estimate_sentence(replace(MANY, cells=0, known=58_000)) == (
        "2,000 models: all 58,000 answers are known; nothing is run."
    )


def test_without_a_model_that_can_be_tested_no_answers_are_known() -> None:
    nothing = replace(MANY, models=0, cells=0, known=0)
    assert estimate_sentence(nothing) == "0 models to test; nothing is run."


def test_workers_of_others_are_not_counted() -> None:
    said = estimate_sentence(replace(MANY, at_once=None))
    assert "at a time" not in said
    assert "of disk a worker (6.0 GB to download) (estimated from" in said
