"""Messages speak of options of the command; who calls a function gave arguments."""

from __future__ import annotations

import keyword
import re

from matrix.options.command_line.declared import on_the_line
from matrix.options.options import Options
from matrix.options.parsing import Option

# Not within a path, and not a longer word.
_OPTION = re.compile(r"(?<![\w/-])--([a-z][a-z-]*[a-z])(?![\w-])")


def argument(option: Option) -> str:
    """What an option is called in Python: `--no-remedies` is `remedies`, `--with` is `with_`."""
    name = option.key.removeprefix("no_") if option.kind is bool else option.key
    return f"{name}_" if keyword.iskeyword(name) else name


def in_python(sentence: str) -> str:
    """A sentence with the names of arguments where it names options: `tensorflow 9`."""
    options = on_the_line(Options)

    def named(found: re.Match[str]) -> str:
        option = options.get(found[1])
        if option is None:
            return found[0]
        if option.kind is bool:
            return f"{argument(option)}={not option.name.startswith('no-')}"
        return argument(option)

    return _OPTION.sub(named, sentence)
