"""Whether a model brings Python of its own: bytecode, modules to import, pickles."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from matrix.catalogue.companions import packages
from matrix.model.risks.risk import Risk
from matrix.shown import on_one_line, some_of

# The kinds of risks that are Python, and what a reader calls each.
_WORDS = {
    "lambda": "the Lambda layer {}",
    "imports_module": "the module {}",
    "pickle": "the pickle {}",
}
_MOST_NAMED = 3


def brought_python(risks: Iterable[Risk]) -> tuple[str, ...]:
    """What of a model is Python code, each in a few words."""
    found = (
        _WORDS[risk.kind].format(on_one_line(risk.subject)) for risk in risks if is_python(risk)
    )
    return tuple(dict.fromkeys(found))


def is_python(risk: Risk) -> bool:
    """Whether a risk is Python that the model brings; packages that cells install are not."""
    known = risk.kind == "imports_module" and risk.subject.partition(".")[0] in _installed()
    return risk.kind in _WORDS and not known


def imports_module(risk: Risk, name: str) -> bool:
    """Whether a risk is that Keras is made to import this module, or a part of it."""
    return bool(name) and risk.kind == "imports_module" and risk.subject.split(".")[0] == name


@functools.cache
def _installed() -> frozenset[str]:
    """The modules of companions."""
    modules = (name for package in packages().values() for name in package.modules)
    return frozenset(name.partition(".")[0] for name in modules)


def python_sentence(brought: Sequence[str], *, trusted: bool) -> str:
    """That a model brings Python and who vouches for it; empty where it brings none."""
    if not brought:
        return ""
    named = some_of(brought, _MOST_NAMED)
    if trusted:
        return f"Loading the model can run Python code ({named}), trusted by the caller (--trust)."
    return f"Loading the model can run Python code ({named})."
