"""All rules in their order: the first that matches wins.

Facts of path and process come before words, what is certain before what is likely, the machine
and its packages before the model, the model before the call, and the general last.
"""

from __future__ import annotations

from reports.diagnosis.rule import Rule
from reports.diagnosis.rules import (
    calls,
    code,
    environment,
    facts_first,
    files,
    general,
    graph_files,
    graph_versions,
    graph_wiring,
    hdf5,
    keras_build,
    keras_config,
    libraries,
    lite,
    machine,
    ops,
    safe_mode,
    weights,
)

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
    *graph_versions.VERSIONS,
    *ops.REGISTERED,
    *graph_versions.DEFINITIONS,
    *graph_wiring.WIRING,
    *weights.STATE,
    *machine.DEVICES,
    *machine.SYSTEM_LIMITS,
    *keras_build.FORMATS,
    *keras_build.REVIVED,
    *weights.MISMATCH,
    *keras_config.UNKNOWN,
    *keras_build.BUILD,
    *code.GLOBALS,
    *graph_files.SAVED_MODELS,
    *graph_files.CHECKPOINTS,
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
