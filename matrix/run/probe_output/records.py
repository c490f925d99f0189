"""What a probe reports about exceptions, tensors, calls and its environment, as types.

Each is read from untrusted JSON by `sanitize.py` alone and prints itself as the same JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ErrorLink:
    """An exception from which another one came."""

    type: str = ""
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class ErrorRecord:
    """A raised exception: its full type name, its message, and the chain it came from.

    Without a `type` nothing was raised, and `message` says what is wrong.
    """

    type: str = ""
    message: str = ""
    traceback: str = ""
    chain: tuple[ErrorLink, ...] = ()

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """The type and message of itself and of each exception it came from."""
        chain = ((link.type, link.message) for link in self.chain)
        return ((self.type, self.message), *chain)

    def mentions(self, text: str) -> bool:
        """Whether a text occurs anywhere in it."""
        return text in self.traceback or any(text in message for _, message in self.links)

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "message": self.message,
            "traceback": self.traceback,
            "chain": [{"type": link.type, "message": link.message} for link in self.chain],
        }


@dataclass(frozen=True, kw_only=True)
class TensorRecord:
    """An input or output of a call: its type as TensorFlow names it, and its shape.

    `digest` is the same where two tensors are equal to the last bit. A small tensor has all its
    `values`, flat. A large one has a `sample` of them and `statistics`, and may be `stored` whole
    under that key in the file of its check. `place` is where an input is among the arguments of its
    call: `(0,)` is the first one, `(0, "user")` is in the dict that is the first one, `("x",)` is
    named; `None` where signatures take it by its name. `nan`, `inf` and `-inf` are texts.
    """

    name: str = ""
    dtype: str = ""
    digest: str = ""
    shape: tuple[int, ...] = ()
    values: tuple[Any, ...] | None = None
    sample: tuple[Any, ...] | None = None
    stored: str | None = None
    statistics: Mapping[str, Any] | None = None
    place: tuple[int | str, ...] | None = None

    @property
    def kept(self) -> tuple[Any, ...]:
        """The values that the record has: all of them, or a sample."""
        return self.values or self.sample or ()

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON values; what it lacks is left out."""
        optional = {
            "values": None if self.values is None else list(self.values),
            "sample": None if self.sample is None else list(self.sample),
            "stored": self.stored,
            "statistics": None if self.statistics is None else dict(self.statistics),
            "place": None if self.place is None else list(self.place),
        }
        return {
            "name": self.name,
            "dtype": self.dtype,
            "digest": self.digest,
            "shape": list(self.shape),
            **{name: value for name, value in optional.items() if value is not None},
        }


@dataclass(frozen=True, kw_only=True)
class CallRecord:
    """One signature called once, or twice to see whether it is `repeatable`.

    `outputs` are `None` where the call failed: then `error` says why, and `made` whether this tool
    made the inputs. `fed` is `file` or `cell`: inputs that every cell has, or that this one made
    itself. `file` is the name of that file, without its ending: several are tried in turn.
    """

    signature: str = ""
    inputs: tuple[TensorRecord, ...] = ()
    outputs: tuple[TensorRecord, ...] | None = None
    repeatable: bool | None = None
    fed: str | None = None
    file: str | None = None
    error: ErrorRecord | None = None
    made: bool = False

    @property
    def is_steady(self) -> bool:
        """Whether it can be compared: it has outputs, and the same ones each time."""
        return self.outputs is not None and self.repeatable is not False

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON values; what it lacks is left out."""
        return dict(self._fields())

    def _fields(self) -> Iterator[tuple[str, Any]]:
        yield "signature", self.signature
        if self.outputs is None:
            if self.error:
                yield from (("error", self.error.to_dict()), ("made", self.made))
            return
        yield "inputs", [tensor.to_dict() for tensor in self.inputs]
        yield "outputs", [tensor.to_dict() for tensor in self.outputs]
        if self.repeatable is not None:
            yield "repeatable", self.repeatable
        if self.fed is not None:
            yield "fed", self.fed
        if self.file is not None:
            yield "file", self.file


@dataclass(frozen=True, kw_only=True)
class EnvironmentRecord:
    """The environment of a probe as it found it; `packages` are versions by name.

    `host` is the machine that it is on, where that is not the one of the run.
    """

    python: str | None = None
    platform: str | None = None
    machine: str | None = None
    cpu_flags: tuple[str, ...] | None = None
    packages: Mapping[str, str] | None = None
    host: str | None = None

    def version_of(self, package: str) -> str | None:
        """The version of a package that is installed there."""
        return (self.packages or {}).get(package) or None

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON values; what it lacks is left out."""
        fields = {
            "python": self.python,
            "platform": self.platform,
            "machine": self.machine,
            "cpu_flags": None if self.cpu_flags is None else list(self.cpu_flags),
            "packages": None if self.packages is None else dict(self.packages),
            "host": self.host,
        }
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One thing that a wall refused to a model.

    `kind` is `read`, `write`, `network`, `program` or `process`; `subject` is the path, address or
    program, empty where it is not known.
    """

    kind: str = ""
    subject: str = ""

    def to_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


# What a wall keeps a model from: the words of all that speak of walls.
WALLS = ("reads", "writes", "network", "programs", "processes")


@dataclass(frozen=True, kw_only=True)
class IsolationRecord:
    """The walls around a probe: `means` are what it used, such as `landlock` and `seccomp`.

    `observed` are the walls that the probe itself saw hold before TensorFlow started, `missing`
    those that were wanted and did not: `reads`, `writes`, `network`, `programs`, `processes`.
    """

    means: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def in_both(self, other: IsolationRecord) -> IsolationRecord:
        """What is to be said of two probes together: only walls that held around both did hold."""
        lost = [*self.missing, *other.missing]
        lost += [wall for wall in self.observed if wall not in other.observed]
        lost += [wall for wall in other.observed if wall not in self.observed]
        return IsolationRecord(
            means=tuple(word for word in self.means if word in other.means),
            observed=tuple(wall for wall in self.observed if wall in other.observed),
            missing=tuple(dict.fromkeys(lost)),
        )

    def to_dict(self) -> dict[str, Any]:
        return {name: list(words) for name, words in self.__dict__.items()}


NOTHING_KNOWN = EnvironmentRecord()
NOT_ISOLATED = IsolationRecord()
