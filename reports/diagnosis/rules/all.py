"""All rules. They have no order: the most certain answer wins, then the most specific."""

from __future__ import annotations

from reports.diagnosis.rule import Rule
from reports.diagnosis.rules import endings, facts_first, files, general
from reports.diagnosis.rules.calls import layers, signatures, values
from reports.diagnosis.rules.code import graph_mode, inside, removed
from reports.diagnosis.rules.environment import (
    h5py,
    imports,
    install,
    keras_packages,
    libraries,
    numpy,
    protobuf,
    python_code,
)
from reports.diagnosis.rules.graphs import lite, ops, saved_files, versions, wiring
from reports.diagnosis.rules.keras import build, config, formats, hdf5, safe_mode, weights
from reports.diagnosis.rules.machine import devices, gpus, limits, memory

RULES: tuple[Rule, ...] = (
    *facts_first.FACTS,
    *safe_mode.SAFE_MODE,
    *lite.OPS,
    *lite.FILES,
    *lite.CALLS,
    *versions.VERSIONS,
    *ops.REGISTERED,
    *versions.DEFINITIONS,
    *wiring.WIRING,
    *weights.STATE,
    *formats.FORMATS,
    *formats.REVIVED,
    *weights.MISMATCH,
    *config.UNKNOWN,
    *build.BUILD,
    *saved_files.SAVED_MODELS,
    *saved_files.CHECKPOINTS,
    *hdf5.HDF5,
    *files.KERAS_FILES,
    *files.PATHS,
    *general.GENERAL,
    *protobuf.PROTOBUF,
    *numpy.NUMPY,
    *h5py.H5PY,
    *keras_packages.KERAS_PACKAGES,
    *imports.IMPORTS,
    *python_code.PYTHON_CODE,
    *install.INSTALL,
    *libraries.LIBRARIES,
    *gpus.GPUS,
    *devices.DEVICES,
    *memory.MEMORY,
    *limits.SYSTEM_LIMITS,
    *inside.CUSTOM_OBJECTS,
    *inside.LAMBDAS,
    *inside.GLOBALS,
    *removed.MODULES,
    *removed.ATTRIBUTES,
    *graph_mode.GRAPH_MODE,
    *signatures.SIGNATURES,
    *layers.LAYERS,
    *values.FEEDS,
    *values.VALUES,
    *endings.ENDINGS,
    *endings.CRASHES,
    *endings.NO_CELL,
)
