"""What the walls refused to a model, in sentences, each with the option that would allow it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from matrix.run.probe_output.records import Refusal

# What was wanted, by the kind of a refusal, with a subject and without.
_WANTED: Mapping[str, tuple[str, str]] = {
    "read": ("read {}, which is outside of it", "read a file outside of it"),
    "write": ("write to {}, which is outside of its own folder", "write outside of its own folder"),
    "network": ("use the network ({})", "use the network"),
    "program": ("start the program {}", "start a program"),
    "process": ("start or signal another process ({})", "start or signal another process"),
}
# A call was refused, and its error does not say which.
_UNTOLD = (
    "use the network, or start or signal a program or process ({})",
    "use the network, or start or signal a program or process",
)
_ALLOWED: Mapping[str, str] = {
    "read": "--allow-read {}",
    "network": "--allow-network",
    "program": "--allow-programs",
    "process": "--allow-programs",
}
_MOST = 3


def sentence_on(refusals: Sequence[Refusal]) -> str:
    """One sentence on everything that was refused, the same thing once."""
    once = list(dict.fromkeys(refusals))
    told = [_sentence(refusal) for refusal in once[:_MOST]]
    more = f"; and {len(once) - _MOST} more" if len(once) > _MOST else ""
    return f"the model wanted to {'; it wanted to '.join(told)}{more}"


def _sentence(refusal: Refusal) -> str:
    named, unnamed = _WANTED.get(refusal.kind, _UNTOLD)
    wanted = named.format(refusal.subject) if refusal.subject else unnamed
    return f"{wanted}; {_allowance(refusal)}"


def _allowance(refusal: Refusal) -> str:
    if refusal.kind not in _WANTED:
        return "`--allow-programs` or `--allow-network` may allow that"
    if refusal.kind not in _ALLOWED:
        return "no option allows that but `--isolation off`"
    path = shlex.quote(refusal.subject) if refusal.subject else "PATH"
    return f"`{_ALLOWED[refusal.kind].format(path)}` allows that"
