"""What a reader is told to run: valid, quoted, and with no name that only the model knows."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

import pytest
from packaging.requirements import Requirement

from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.rules.all import RULES
from reports.diagnosis.symptom import Symptom

_STRANGER = "strangers_module"
_HOSTILE = "x; rm -rf ~"
# Whatever else a snippet begins with is Python.
_COMMANDS = re.compile(
    r"(?:# )?(?:pip|git|chmod|saved_model_cli|aaptOptions|export|ulimit|python|ls|file)\s|--\w|#"
)
# What is loaded and not kept is gone, and its functions with it.
_LOADS = re.compile(r"(?:[\w.]+\.)?(?:load_model|saved_model\.load|TFSMLayer)\(")
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
def test_commands_are_valid_and_name_nothing_that_only_the_model_knows(symptom: Symptom) -> None:
    for one in _variants(symptom):
        for remedy in diagnose(one).remedies:
            lines = [line for line in remedy.snippet.splitlines() if line]
            assert not any(_LOADS.match(line) for line in lines)
            commands = [line.removeprefix("# ") for line in lines if _COMMANDS.match(line)]
            ast.parse("\n".join(line for line in lines if not _COMMANDS.match(line)))
            for command in commands:
                assert not {"rm", "-rf", "~"} & set(shlex.split(command))
                if command.startswith("pip install"):
                    assert _STRANGER not in {name.replace("-", "_") for name in _installed(command)}
