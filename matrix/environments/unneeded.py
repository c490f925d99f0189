"""What is taken out of an environment after its installation, because no loader uses it.

TensorFlow brings headers and sources for compiling ops: half of its files, a fifth of its
size and a third of its folders, which uv cannot share between environments. Python packages stay,
also those that only training needs (tensorboard): a user of the release has them, and the caller's
own code may import them.
"""

from __future__ import annotations

import csv
import io
import posixpath
import shutil
from collections.abc import Iterator
from pathlib import Path

from matrix.environments.contents import sites
from matrix.files import write_text

# For compilers: headers, and the sources that compiled XLA programs are linked with. The package
# of TensorFlow 1.15 is tensorflow_core.
FOLDERS = ("tensorflow/include", "tensorflow_core/include", "tensorflow/xla_aot_runtime_src")


def remove_unneeded(environment: Path) -> None:
    """Remove these folders, and their files from the lists of the packages that brought them.

    RECORD so stays a list of what is there: environments are compared with it.
    """
    for site in sites(environment):
        there = [name for name in FOLDERS if (site / name).is_dir()]
        for name in there:
            shutil.rmtree(site / name)
        if there:
            for info in site.glob("tensorflow*.dist-info"):
                _shorten(info / "RECORD", there)


def _shorten(record: Path, gone: list[str]) -> None:
    try:
        text = record.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        # It was compared before: a package without a list is accepted where it came so.
        return
    write_text(record, "".join(_lines_without(text, gone)))


def _lines_without(text: str, gone: list[str]) -> Iterator[str]:
    for line in io.StringIO(text, newline=""):
        name = posixpath.normpath(next(csv.reader([line]), [""])[0])
        if not name.startswith(tuple(f"{folder}/" for folder in gone)):
            yield line
