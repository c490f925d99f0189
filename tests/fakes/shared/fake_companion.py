"""A package whose objects no import makes known. Syntax of Python 3.7."""

import contextlib

ENTERED = []


class Odd:
    pass


@contextlib.contextmanager
def scope():
    ENTERED.append("scope")
    yield
    ENTERED.remove("scope")


def broken_scope():
    raise RuntimeError("this version has no scope")


REGISTERERS = ["AddOdd"]


LOADED_LATE = 1
