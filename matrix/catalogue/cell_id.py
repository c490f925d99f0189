"""The identifier of a cell: `2.15.1`, `2.21.0+tf_keras`, `2.17.1+keras3.3.3`, `2.15.1+py3.10`.

The only place that puts such a text together or takes it apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SEPARATOR = "+"
_PYTHON = re.compile(r"py(\d+\.\d+)")
_KERAS = re.compile(r"keras(\d.*)")


@dataclass(frozen=True, kw_only=True)
class CellId:
    """What sets a cell apart from all others.

    `version` is that of TensorFlow. `python` is a minor version such as `3.10`, and `None` where
    the caller did not ask for one. `labels` name what is installed beside TensorFlow, in order.
    """

    version: str
    python: str | None = None
    labels: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> CellId:
        """The identifier that a text is. Every text is one: what is not known is a label."""
        version, *labels = text.split(_SEPARATOR)
        python = _PYTHON.fullmatch(labels[0]) if labels else None
        return cls(
            version=version,
            python=python.group(1) if python else None,
            labels=tuple(labels[1:] if python else labels),
        )

    def __str__(self) -> str:
        python = (f"py{self.python}",) if self.python else ()
        return _SEPARATOR.join((self.version, *python, *self.labels))

    @property
    def is_plain(self) -> bool:
        """Whether it has what a user of that release has, and no more."""
        return not self.labels

    @property
    def keras(self) -> str | None:
        """The version of Keras that was chosen for this cell, `None` where none was."""
        matches = (_KERAS.fullmatch(label) for label in self.labels)
        return next((match.group(1) for match in matches if match), None)

    @property
    def kind(self) -> tuple[str, ...]:
        """The labels without versions of Keras: cells of one kind are neighbours in sentences."""
        return tuple("keras" if _KERAS.fullmatch(label) else label for label in self.labels)

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key within a release: by Python, then by how many labels, then by the numbers."""
        python = tuple(int(part) for part in self.python.split(".")) if self.python else ()
        words = re.split(r"(\d+)", _SEPARATOR.join(self.labels))
        numbers = tuple((int(word), "") if word.isdecimal() else (-1, word) for word in words)
        return python, len(self.labels), numbers


def keras_label(version: object) -> str:
    """The label of a cell with a Keras of its own: `keras3.3.3`."""
    return f"keras{version}"
