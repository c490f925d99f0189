"""What a reader is told to run: valid, quoted, and with no name that only the model knows."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

import pytest
from packaging.requirements import Requirement

from matrix.catalogue.companions import packages
from matrix.catalogue.op_packages import op_packages
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.rules.all import RULES
from reports.diagnosis.symptom import Symptom

_STRANGER = "strangers_module"
_HOSTILE = "x; rm -rf ~"
_COMMANDS = ("pip ", "git ", "chmod ", "saved_model_cli ", "--", "#", "ls ", "file ", "python ")
# Beside the packages of the tables: those that TensorFlow itself is built on.
_OUR_OWN = {"tensorflow", "keras", "h5py", "numpy", "protobuf"}
_KNOWN = (
    {name for package in packages().values() for name in (package.name, package.module)}
    | {package.name for package in op_packages() if package.install}
    | _OUR_OWN
)
_EXAMPLES = [
    pytest.param(example.symptom, id=f"{rule.name}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples)
]


def _variants(symptom: Symptom) -> Iterator[Symptom]:
    """The failure as it is, and with a stranger's words in the place of its subject and path."""
    yield symptom
    subject = diagnose(symptom).subject
    for words in (_STRANGER, _HOSTILE):
        message = symptom.message.replace(subject, words) if subject else symptom.message
        yield replace(symptom, message=message, path=words if symptom.path else "")


def _installed(line: str) -> Iterator[str]:
    for word in shlex.split(line)[2:]:
        if not word.startswith("-"):
            yield Requirement(word).name


@pytest.mark.parametrize("symptom", _EXAMPLES)
def test_commands_are_valid_and_ours(symptom: Symptom) -> None:
    for one in _variants(symptom):
        for remedy in diagnose(one).remedies:
            lines = [line for line in remedy.snippet.splitlines() if line]
            python = [line for line in lines if not line.startswith(_COMMANDS)]
            ast.parse("\n".join(python))
            for line in lines:
                if line.startswith(_COMMANDS):
                    words = shlex.split(line)
                    assert not {"rm", "-rf", "~"} & set(words)
                if re.match(r"(?:# )?pip install", line):
                    assert set(_installed(line.removeprefix("# "))) <= _KNOWN
