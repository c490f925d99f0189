"""All rules. They have no order: the most certain answer wins, then the most specific."""

from __future__ import annotations

from reports.diagnosis.rule import Rule
from reports.diagnosis.rules import (
    calls,
    code,
    environment,
    facts_first,
    files,
    general,
    libraries,
    machine,
)
from reports.diagnosis.rules.graphs import lite, ops, saved_files, versions, wiring
from reports.diagnosis.rules.keras import build, config, formats, hdf5, safe_mode, weights

RULES: tuple[Rule, ...] = (
    *code.CUSTOM_OBJECTS,
    *facts_first.FACTS,
    *facts_first.ENDINGS,
    *libraries.LIBRARIES,
    *environment.PACKAGES,
    *safe_mode.SAFE_MODE,
    *code.LAMBDAS,
    *lite.OPS,
    *lite.FILES,
    *lite.CALLS,
    *machine.MEMORY,
    *machine.GPUS,
    *versions.VERSIONS,
    *ops.REGISTERED,
    *versions.DEFINITIONS,
    *wiring.WIRING,
    *weights.STATE,
    *machine.DEVICES,
    *machine.SYSTEM_LIMITS,
    *formats.FORMATS,
    *formats.REVIVED,
    *weights.MISMATCH,
    *config.UNKNOWN,
    *build.BUILD,
    *code.GLOBALS,
    *saved_files.SAVED_MODELS,
    *saved_files.CHECKPOINTS,
    *hdf5.HDF5,
    *files.KERAS_FILES,
    *calls.CALLS,
    *code.REMOVED,
    *environment.IMPORTS,
    *files.PATHS,
    *general.GENERAL,
    *facts_first.CRASHES,
    *facts_first.NO_CELL,
)
