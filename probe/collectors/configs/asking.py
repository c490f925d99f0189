"""Asks Keras for an object with one value of its configuration after the other."""

import copy
import json

UNKNOWN = "loadmatrix_unknown"


def token(value):
    """The kind of a value: numbers and lists are alike, strings and objects are not."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "=" + value[:40]
    if isinstance(value, list):
        return "[]"
    named = value.get("class_name")
    return "{%s}" % (named if isinstance(named, str) else "")


class Class:
    def __init__(self, read, name, module):
        self.read, self.name, self.module = read, name, module

    def makes(self, config):
        try:
            return self.read(self.name, copy.deepcopy(config), self.module) is not None
        except Exception:
            return False

    def answers(self, wholes, values):
        """What it says to each value, in the configurations that this release wrote of it.

        A value is taken if one of them takes it: some keys go together.
        """
        bases = [base for base in map(self.base, wholes) if base is not None]
        if not bases:
            return {"refused": {}, "accepted": {}, "required": [], "open": False, "never": True}
        refused, accepted = {}, {}
        for key, tokens in values.items():
            for kind, value in tokens.items():
                fine = any(self.takes(base, key, kind, value) for base in bases)
                (accepted if fine else refused).setdefault(key, []).append(kind)
        required = [key for key in bases[0] if key != "name" and self.needs(bases, key)]
        opened = self.makes(dict(bases[0], **{UNKNOWN: 1}))
        return {"refused": refused, "accepted": accepted, "required": required, "open": opened}

    def takes(self, base, key, kind, value):
        same = key in base and token(base[key]) == kind
        return same or self.makes(dict(base, **{key: value}))

    def needs(self, bases, key):
        return not any(self.makes({k: v for k, v in base.items() if k != key}) for base in bases)

    def base(self, whole):
        """A configuration that makes one, as near to what was written as can be."""
        for base in (dict(whole, name="asked"), dict(whole)):
            if self.makes(base):
                return base
        return self.without_what_it_refuses(dict(whole))

    def without_what_it_refuses(self, base):
        """Some releases do not take what they wrote themselves."""
        for key in base:
            rest = {k: v for k, v in base.items() if k != key}
            if self.makes(rest):
                return rest
        return None
