"""What text an expression of Python stands for: literal words, with `{}` for all that is not.

Alternatives come as a list: a name may have been given one text or another, `a if b else c` is
both. `None` says that an expression is no text, as far as one can read.
"""

import ast
import itertools
import re

HOLE = "{}"
_MOST = 8
_PERCENT = re.compile(r"%(?:\(\w+\))?[-#0 +]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[hlL]?([a-zA-Z%])")
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
# Methods and functions that hand on the words they are given.
_SAME = ("strip", "lstrip", "rstrip", "format_map", "lower", "upper", "capitalize", "replace")
_WRAPPERS = ("str", "dedent", "cleandoc", "fill", "repr_text")


class Scope:
    """What the names mean at one place: texts of variables, functions that return a text."""

    def __init__(self, names, functions):
        self.names = names
        self.functions = functions

    def texts(self, node, depth=0):
        """The alternatives of an expression, or `None`."""
        if node is None or depth > 8:
            return None
        read = getattr(self, "_" + type(node).__name__.lower(), None)
        return read(node, depth + 1) if read else None

    def piece(self, node, depth):
        """As a part of a larger text: what cannot be read is a hole."""
        found = self.texts(node, depth)
        return found[:_MOST] if found and len(found) <= 4 else [HOLE]

    def _constant(self, node, _):
        return [node.value] if isinstance(node.value, str) else None

    def _str(self, node, _):
        return [node.s]

    def _joinedstr(self, node, depth):
        return product([self.piece(value, depth) for value in node.values])

    def _formattedvalue(self, node, depth):
        return self.piece(node.value, depth)

    def _binop(self, node, depth):
        if isinstance(node.op, ast.Add):
            left, right = self.texts(node.left, depth), self.texts(node.right, depth)
            if left is None and right is None:
                return None
            return product([left or [HOLE], right or [HOLE]])
        if isinstance(node.op, ast.Mod):
            given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            named = isinstance(node.right, ast.Dict)
            given = [HOLE if named else self._single(one, depth) for one in given]
            left = self.texts(node.left, depth)
            return left and [percent(text, given) for text in left]
        return None

    def _single(self, node, depth):
        found = self.texts(node, depth)
        return found[0] if found and len(found) == 1 else HOLE

    def _ifexp(self, node, depth):
        return self._either([node.body, node.orelse], depth)

    def _boolop(self, node, depth):
        return self._either(node.values, depth)

    def _either(self, nodes, depth):
        found = [text for node in nodes for text in self.texts(node, depth) or ()]
        return found[:_MOST] or None

    def _name(self, node, _):
        return self.names.get(node.id)

    def _attribute(self, node, _):
        return self.names.get(node.attr) if node.attr.isupper() else None

    def _call(self, node, depth):
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr == "format":
                return self._formatted(node, depth)
            if function.attr == "join" and node.args:
                return self._joined(node.args[0], depth)
            if function.attr in _SAME:
                return self.texts(function.value, depth)
        name = name_of(function)
        if name in _WRAPPERS and node.args:
            return self.texts(node.args[0], depth)
        return self.functions.get(name)

    def _formatted(self, node, depth):
        template = self.texts(node.func.value, depth)
        if template is None:
            return None
        places = [self._single(one, depth) for one in node.args]
        names = {one.arg: self._single(one.value, depth) for one in node.keywords}
        return [braces(text, places, names) for text in template]

    def _joined(self, node, depth):
        if not isinstance(node, (ast.List, ast.Tuple)):
            return None
        parts = [self.piece(one, depth) for one in node.elts]
        return product([part for pair in parts for part in (pair, [" "])]) if parts else None


def product(parts):
    """Every combination of the alternatives of the parts, in order, few of them."""
    chosen = itertools.islice(itertools.product(*parts), _MOST)
    return ["".join(one) for one in chosen]


def percent(text, given):
    """A text for `%`, with what is known of the values in it."""
    values = iter(given)
    fill = lambda match: "%" if match.group(1) == "%" else next(values, HOLE)  # noqa: E731
    return _PERCENT.sub(fill, text)


def braces(text, places, names):
    """A text for `.format`, with what is known of the values in it."""
    values = iter(places)

    def fill(match):
        if match.group() in ("{{", "}}"):
            return match.group()[0]
        field = re.split(r"[!:]", match.group(1))[0]
        if not field:
            return next(values, HOLE)
        if field.isdigit():
            return places[int(field)] if int(field) < len(places) else HOLE
        return names.get(field, HOLE)

    return _FIELD.sub(fill, text)


def name_of(node):
    """`ValueError` for `ValueError` and for `errors.ValueError`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def tidy(text):
    """One line, no hole twice in a row."""
    line = " ".join(text.split())
    while HOLE + HOLE in line:
        line = line.replace(HOLE + HOLE, HOLE)
    return line
