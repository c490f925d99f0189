"""The package h5py, which reads HDF5 files."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import DECIDES, Fact
from reports.diagnosis.facts.frames import BY_LOADER
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

_ENV = Cause.ENV_IMPORT_FAILURE
_TEXT_FOR_BYTES = r"'str' object has no attribute 'decode'"
_H5PY_2 = advice("Install h5py 2.", "pip install 'h5py<3'")
# The locks of the releases whose Keras decodes (TensorFlow 2.4 and older) have h5py 2.10.
_FITTING_H5PY = Fact(
    "the environment was built from a lock, which has the h5py that its TensorFlow expects",
    lambda symptom: symptom.in_cell,
    DECIDES,
)

H5PY = (
    Rule(
        name="hdf5-attributes-are-text",
        said=(_TEXT_FOR_BYTES,),
        facts=(BY_LOADER, _FITTING_H5PY),
        certainty=CERTAIN,
        cause=Cause.EXPORT_DEFECT,
        subject="HDF5 attributes",
        explanation=(
            "The config or a version in the file is stored as text, and Keras 2.4 and older expect "
            "bytes, as Keras itself writes them: another program has written this file."
        ),
        remedies=(advice("Load it with TensorFlow 2.5 or newer, and save it again there."),),
        source=(
            "tensorflow/python/keras/saving/hdf5_format.py (TensorFlow 2.4); attributes written "
            "with h5py alone, tried in 2.4.4 (h5py 2.10) and 2.8.4"
        ),
        examples=(
            Example(
                Symptom(
                    message="AttributeError: 'str' object has no attribute 'decode'",
                    stage="load",
                    in_cell=True,
                ),
                subject="HDF5 attributes",
            ),
        ),
    ),
    Rule(
        name="h5py-3",
        said=(_TEXT_FOR_BYTES,),
        facts=(BY_LOADER,),
        certainty=CERTAIN,
        cause=_ENV,
        subject="h5py",
        explanation=(
            "The installed h5py 3 returns text where this old Keras expects bytes. The file "
            "is not damaged."
        ),
        remedies=(_H5PY_2,),
        source="tensorflow/python/keras/saving/hdf5_format.py (TensorFlow 2.3)",
        examples=(
            Example(
                Symptom(
                    message="AttributeError: 'str' object has no attribute 'decode'", stage="load"
                ),
                subject="h5py",
            ),
        ),
    ),
    Rule(
        name="h5py-3-by-its-words",
        said=(_TEXT_FOR_BYTES,),
        certainty=LIKELY,
        cause=_ENV,
        subject="h5py",
        explanation=(
            "Code expects bytes and gets text. When old Keras (2.3 and older) reads an HDF5 file, "
            "the reason is h5py 3."
        ),
        remedies=(_H5PY_2,),
        source="keras/engine/saving.py (Keras 2.3)",
        examples=(
            Example("AttributeError: 'str' object has no attribute 'decode'", subject="h5py"),
        ),
    ),
    Rule(
        name="h5py-absent",
        said=(
            r"requires (?:the )?h5py",
            r"h5py is not (?:available|installed)",
            r"Could not import h5py",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="h5py",
        explanation="HDF5 files need the package h5py, which cannot be imported here.",
        remedies=(advice("Install it.", "pip install h5py"),),
        source="keras/saving/hdf5_format.py (Keras 2), legacy_h5_format.py (Keras 3)",
        examples=(
            Example("ImportError: `load_model` requires h5py.", subject="h5py"),
            Example(
                "ImportError: Filepath looks like a hdf5 file but h5py is not available. "
                "filepath=m.hdf5",
                subject="h5py",
            ),
        ),
    ),
    Rule(
        name="h5py-broken",
        said=(
            r"HDF5 library version mismatched",
            r"[Hh]eaders are [\d.]+, library is [\d.]+",
            r"h5py is running against HDF5",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="h5py",
        explanation="The installed h5py was built for another version of the HDF5 library.",
        remedies=(
            advice("Install h5py again.", "pip install --force-reinstall --no-cache-dir h5py"),
        ),
        source="hdf5/src/H5.c",
        examples=(Example("Warning! ***HDF5 library version mismatched error***", subject="h5py"),),
    ),
)
