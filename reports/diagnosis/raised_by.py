"""Matches a failure by where in the sources of a release its sentence stands."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from reports.diagnosis.symptom import Symptom


@dataclass(frozen=True)
class RaisedBy:
    """`module` is a glob of dotted names such as `keras.*.saving.*`, so is `function`."""

    module: str
    function: str = "*"
    kind: str = "*"

    def search(self, symptom: Symptom) -> re.Match[str] | None:
        """The line of the failure that a place like this one raised."""
        for found in symptom.raised:
            named = zip(
                (found.module, found.function, found.kind),
                (self.module, self.function, self.kind),
                strict=True,
            )
            if all(fnmatch.fnmatchcase(name, wanted) for name, wanted in named):
                return re.compile(re.escape(found.line)).search(symptom.text)
        return None
