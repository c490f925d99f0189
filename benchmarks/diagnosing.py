"""What an answer costs: `explain` of one text, and the diagnoses of all measured loads.

CPU seconds beside those of an interpreter that starts and ends; judged against the targets.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.diagnoses import symptoms_of
from benchmarks.judging import judged
from reports.diagnosis.diagnose import diagnose

HERE = Path(__file__).resolve().parent.parent
_SHARED = HERE.parent / "shared"
_LOADS = _SHARED / "facts" / "measured-loads.jsonl"
EXPLAIN_TARGET = 0.5
# 86 models x 29 cells; what was measured are 23 releases, so the figure is scaled.
REPORT_TARGET = 10
_CELLS, _MEASURED = 29, 23
_TIMES = 5
_TEXT = """Traceback (most recent call last):
  File "/app/serve.py", line 12, in <module>
    model = tf.keras.models.load_model("model.h5")
  File "/app/lib/python3.11/site-packages/keras/src/saving/legacy/serialization.py", line 1, in
    raise ValueError(
ValueError: Unknown layer: 'PatchEncoder'. Please ensure you are using a scope
"""


def diagnosing() -> None:
    """Both figures; the second only where the measured loads lie beside the project."""
    _explain()
    if _LOADS.exists():
        _report()


def _explain() -> None:
    """One pasted traceback, from the command to the answer."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, "error.txt")
        text.write_text(_TEXT, encoding="utf-8")
        whole = _cpu([sys.executable, "-m", "loadmatrix", "explain", str(text)])
        empty = _cpu([sys.executable, "-c", "pass"])
    details = f"{whole:.2f} s, an interpreter alone {empty:.2f} s"
    judged("explain of one text, CPU seconds", whole - empty, EXPLAIN_TARGET, details)


def _report() -> None:
    """Each failing load of all models, none remembered from another."""
    failing = [symptom for _, symptom in symptoms_of(_LOADS, _SHARED / "models")]
    before = time.process_time()
    for symptom in failing:
        diagnose(symptom)
    spent = (time.process_time() - before) * _CELLS / _MEASURED
    details = f"{len(failing)} failing loads of {_MEASURED} releases, scaled to {_CELLS} cells"
    judged("diagnoses of all models and cells, CPU seconds", spent, REPORT_TARGET, details)


def _cpu(command: Sequence[str]) -> float:
    """CPU seconds of a command, the least of a few: the rest is noise of the machine."""
    spent = []
    for _ in range(_TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=HERE, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)
