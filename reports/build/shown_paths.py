"""Takes the paths of the tester's machine out of a report: it is made to be shown to others. Pure.

`--paths` leaves them in. The results from which reports are made have them in any case.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from matrix.model.facts import last_part
from matrix.options.custom_objects import CustomObjects
from matrix.shown import PATH, below_environment
from reports.report.model_report import ModelReport

_HOME = re.compile(r"(?:[A-Za-z]:)?[\\/](?:(?:home|Users)[\\/][^\\/]+|root)(?=[\\/]|$)")


def without_paths(
    model: ModelReport, given: str, objects: CustomObjects | None = None
) -> ModelReport:
    """The same report of a model; `given` is how the call named it, empty for its path.

    `objects` are those of `--custom-objects`: tracebacks have the path of their file.
    """
    path = _shown(model, given)
    # Of what was not tested only the path says where somebody looked for it.
    name = path if model.untested else model.name
    names = {model.path: name}
    if objects and objects.sha256:
        names[objects.source] = objects.name
    clean = functools.partial(_cleaned, names=names)
    cleaned: ModelReport = _mapped(model, clean)
    facts = {**cleaned.facts, **_load_path(model, path)}
    return dataclasses.replace(cleaned, path=path, called=model.called, facts=facts)


def _load_path(model: ModelReport, path: str) -> dict[str, Any]:
    """What loaders are given, below the path that is shown: snippets are made from the two."""
    loaded = str(model.facts.get("load_path") or "")
    inside = loaded.removeprefix(model.path)
    below = inside != loaded and inside[:1] in ("", "/", "\\")
    return {"load_path": path + inside} if below else {}


def _shown(model: ModelReport, given: str) -> str:
    if not given:
        return model.path
    # A model that was given as `.` has no name in that.
    return given if last_part(given) == model.file_name else model.file_name


def _cleaned(text: str, names: Mapping[str, str]) -> str:
    if "/" not in text and "\\" not in text:
        return text
    for path, name in names.items():
        if path in text:
            whole = rf"(?<![\w.]){re.escape(path)}(?![\w-]|\.\w)"
            text = re.sub(whole, name.replace("\\", r"\\"), text)
    return PATH.sub(lambda found: _shortened(found[0]), text)


def _shortened(path: str) -> str:
    below = below_environment(path)
    if below != path:
        return below
    return _HOME.sub("~", path, count=1) if _HOME.match(path) else path


def _mapped(value: Any, clean: Callable[[str], str]) -> Any:
    """A value with every text in it cleaned, whatever it is made of."""
    changed = value
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        changed = clean(value)
    elif isinstance(value, tuple):
        changed = tuple(_mapped(item, clean) for item in value)
    elif isinstance(value, list):
        changed = [_mapped(item, clean) for item in value]
    elif isinstance(value, Mapping):
        changed = {name: _mapped(item, clean) for name, item in value.items()}
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in dataclasses.fields(value) if one.init]
        was = {name: getattr(value, name) for name in names}
        now = {name: _mapped(item, clean) for name, item in was.items()}
        changed = value if now == was else dataclasses.replace(value, **now)
    return changed
