"""One snippet for somebody who comes from the Hub: fetch the model, load it, call it once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from msgspec import UNSET

from matrix.model.facts import Format
from matrix.plan.snippet import ShownModel, quoted
from matrix.versions import version_of
from reports.build.keras_tested import keras_3_of
from reports.card.arguments import arguments, by_name, fed, zeros
from reports.card.home import NOWHERE, Home
from reports.card.own_code import without_own
from reports.report.cell_report import CellReport
from reports.report.check_report import CallReport, CheckReport, TensorReport
from reports.report.model_report import ModelReport
from reports.report.releases.ranges import release_spans
from reports.report.summary_report import LoadingAdvice

# What stands for the repository where nothing says which one the card is in.
SOME_REPOSITORY = "NAME/REPOSITORY"
_FUNCTION = re.compile(r"(?:\.[^\W\d]\w*(?<!_\d)(?<!_\d\d))*")
_FOLDERS = (Format.SAVED_MODEL.value, Format.SAVED_MODEL_V1.value)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The way that a snippet shows: of the newest release in which the model runs, if it does."""

    way: LoadingAdvice
    cell: CellReport
    check: CheckReport

    @property
    def call(self) -> CallReport | None:
        """The call that the run made there, whose inputs the snippet repeats in shape."""
        good = [call for call in self.check.calls if not call.error and call.outputs]
        # Texts may have to be of a form that no empty one has, such as a `tf.Example`.
        return min(good, key=_has_texts, default=None)


def _has_texts(call: CallReport) -> bool:
    inputs = call.inputs if isinstance(call.inputs, tuple) else ()
    return any(one.dtype == "string" for one in inputs)


def shown_way(model: ModelReport) -> Shown | None:
    """What to show of a model; `None` where nothing loads it."""
    cells = {cell.id: cell for cell in model.cells}
    found = [_shown(way, cells) for way in model.summary.ways]
    running = [shown for shown in found if shown and shown.check.runs]
    return next(reversed(running or [shown for shown in found if shown]), None)


def _shown(way: LoadingAdvice, cells: dict[str, CellReport]) -> Shown | None:
    cell = cells.get(way.cells[-1])
    check = next(
        (one for one in cell.checks if (one.loader, one.variant) == (way.loader, way.variant))
        if cell
        else iter(()),
        None,
    )
    return Shown(way=way, cell=cell, check=check) if cell and check else None


def hub_snippet(model: ModelReport, shown: Shown, home: Home = NOWHERE) -> str:
    """The code: what to install, the download, the call that loaded it, a call of the model."""
    code, _, load = shown.way.snippet.partition("\n\n")
    imports, own, beside = without_own(code.splitlines(), home, model.path)
    lines = [*_loaded(model, load, home, own, beside), *_called(shown)]
    needed = {"shutil": "shutil.", "sys": "sys.", "numpy as np": "np."}
    return "\n".join(
        [
            f"# pip install huggingface_hub {' '.join(_installed(shown.cell, shown.check.loader))}",
            *(f"import {name}" for name, used in needed.items() if _uses(lines, used)),
            *imports,
            "from huggingface_hub import snapshot_download",
            "",
            *lines,
        ]
    )


def _uses(lines: Sequence[str], prefix: str) -> bool:
    return any(re.search(rf"(?<![\w.]){re.escape(prefix)}", line) for line in lines)


def _loaded(
    model: ModelReport, load: str, home: Home, own: Sequence[str], beside: PurePosixPath
) -> Iterator[str]:
    """The download, the imports of what lies in a folder of it, and the call that loads."""
    subject = ShownModel.of({"path": model.path, "format": model.format, "facts": model.facts})
    inside, archived = place_in_repository(model, subject, home), _in_archive(model)
    fetched = (
        f"snapshot_download({quoted(home.repository or _addressed(model) or SOME_REPOSITORY)})"
    )
    if own:
        added = _joined("folder", "".join(f"/{part}" for part in beside.parts))
        yield from (f"folder = {fetched}", f"sys.path.append({added})", *own)
        fetched = "folder"
    if archived is not None:
        yield f'shutil.unpack_archive({_joined(fetched, inside)}, "unpacked")'
        fetched, inside = quoted("unpacked"), archived
    load = load.replace(quoted(subject.path), "path")
    if subject.weights and quoted(subject.weights) in load:
        above, _, file = inside.rpartition("/")
        yield f"folder = {_joined(fetched, above)}"
        fetched, inside = "folder", f"/{file}"
        load = load.replace(quoted(subject.weights), _joined(fetched, f"/{subject.weights}"))
    yield f"path = {_joined(fetched, inside)}"
    yield load


def _joined(folder: str, inside: str) -> str:
    return f"{folder} + {quoted(inside)}" if inside else folder


def place_in_repository(model: ModelReport, subject: ShownModel, home: Home = NOWHERE) -> str:
    """Where a model lies in its repository: `/model.h5`.

    If it does not lie beside or below its card, this is as far as the report can tell: a folder
    of a SavedModel is taken for the repository itself.
    """
    named, loaded = _named_and_loaded(model)
    inner = loaded.relative_to(named).parts if loaded.is_relative_to(named) else ()
    if "hf://" in model.path:
        above = model.path.partition("hf://")[2].split("/")[2:]
        return "".join(f"/{part}" for part in (*above, *inner))
    if (place := home.place_of(model.path)) is not None:
        return "".join(f"/{part}" for part in (*place.parts, *inner))
    if _in_archive(model) is not None:
        return f"/{named.name}"
    if model.format in _FOLDERS or inner:
        return "".join(f"/{part}" for part in inner)
    return f"/{PurePosixPath(subject.path).name}"


def _in_archive(model: ModelReport) -> str | None:
    """Where a model lies in its archive: `/export`, empty for all of it; `None` without one."""
    named, loaded = _named_and_loaded(model)
    # Archives are unpacked into a folder that is named after their digest.
    digest = model.sha256[:32]
    if not digest or digest not in loaded.parts or loaded.is_relative_to(named):
        return None
    return "".join(f"/{part}" for part in loaded.parts[loaded.parts.index(digest) + 1 :])


def _named_and_loaded(model: ModelReport) -> tuple[PurePosixPath, PurePosixPath]:
    """What was named or fetched, and what loaders were given of it."""
    places = (model.facts.get("fetched") or model.path, model.facts.get("load_path") or "")
    named, loaded = (PurePosixPath(str(place).replace("\\", "/")) for place in places)
    return named, loaded


def _addressed(model: ModelReport) -> str:
    """The repository in the address of a model that was fetched from the Hub."""
    _, _, below = model.path.partition("hf://")
    return "/".join(below.split("@")[0].split("/")[:2])


def _installed(cell: CellReport, loader: str) -> Iterator[str]:
    """The release that was tested, as a whole minor where that is what the test stands for."""
    release = release_spans([cell.tensorflow], [cell.tensorflow])
    whole = release != cell.tensorflow
    yield f'"tensorflow=={release}.*"' if whole else f'"tensorflow=={release}"'
    if cell.plain and (keras := version_of(keras_3_of(cell, loader))):
        # Without this, pip would install the newest one, which nobody may have tested.
        yield f'"keras=={keras.major}.{keras.minor}.*"'
    beside = () if cell.plain else (cell.requirements or tuple(cell.companions.values()))
    yield from (f'"{name}"' for name in beside)


def _called(shown: Shown) -> Iterator[str]:
    """One call with zeros of the shapes that ran; nothing where the run made none."""
    call, loader = shown.call, shown.check.loader
    if loader == "checkpoint":
        yield "print(model.get_variable_to_shape_map())"
    if call is None or not isinstance(call.inputs, tuple):
        return
    inputs = call.inputs
    match loader:
        case "keras" | "tf_keras":
            yield from _of_keras(inputs)
        case "saved_model":
            yield from _of_a_saved_model(call, inputs)
        case "tfsm_layer":
            named = ", ".join(f"{quoted(one.name)}: {zeros(one)}" for one in inputs)
            yield f"print(model({zeros(inputs[0]) if len(inputs) == 1 else f'{{{named}}}'}))"
        case "session":
            yield from _in_a_session(call, inputs)
        case "graph":
            # The variables of a MetaGraph are in the session that restored them.
            if not shown.way.snippet.count("import_meta_graph"):
                yield from _in_a_new_session(call, inputs)
        case "tflite":
            yield "for detail in model.get_input_details():"
            array = 'np.zeros(detail["shape"], detail["dtype"])'
            yield f'    model.set_tensor(detail["index"], {array})'
            yield "model.invoke()"
            yield 'print(model.get_tensor(model.get_output_details()[0]["index"]))'


def _of_keras(inputs: Sequence[TensorReport]) -> Iterator[str]:
    """The model as it was called; of several inputs only where the run says how it got them."""
    given = arguments(inputs)
    if given is None and len(inputs) == 1 and inputs[0].place is UNSET:
        given = zeros(inputs[0])
    if given is not None:
        yield f"print(model({given}))"


def _of_a_saved_model(call: CallReport, inputs: Sequence[TensorReport]) -> Iterator[str]:
    """A signature, which takes inputs by name, or else a function of the module."""
    if all(one.place is UNSET for one in inputs):
        yield f"print(model.signatures[{quoted(call.signature)}]({by_name(inputs)}))"
        return
    given = arguments(inputs)
    function = f".{call.signature}".removesuffix(".__call__")
    # A function that was traced several times is called by a name of its own.
    if given is not None and _FUNCTION.fullmatch(function):
        yield f"print(model{function}({given}))"


def _in_a_session(call: CallReport, inputs: Sequence[TensorReport]) -> Iterator[str]:
    output = call.outputs[0].name if isinstance(call.outputs, tuple) else ""
    feed = ", ".join(f"signature.inputs[{quoted(one.name)}].name: {_array(one)}" for one in inputs)
    yield f"    signature = model.signature_def[{quoted(call.signature)}]"
    yield f"    feed = {{{feed}}}"
    yield f"    print(session.run(signature.outputs[{quoted(output)}].name, feed))"


def _in_a_new_session(call: CallReport, inputs: Sequence[TensorReport]) -> Iterator[str]:
    """A graph with its weights in it; what is called by no name of a tensor has the first one."""
    output = call.outputs[0].name if isinstance(call.outputs, tuple) else ""
    feed = ", ".join(f"{quoted(_tensor(one.name))}: {_array(one)}" for one in inputs)
    yield "with tf.compat.v1.Session(graph=model) as session:"
    yield f"    print(session.run({quoted(_tensor(output))}, {{{feed}}}))"


def _tensor(name: str) -> str:
    return name if ":" in name else f"{name}:0"


def _array(tensor: TensorReport) -> str:
    shape = list(tensor.shape)
    if (values := fed(tensor)) is not None:
        return f"np.array({values}, {quoted(tensor.dtype)})"
    if tensor.dtype == "string":
        return f'np.full({shape}, b"")'
    return f"np.zeros({shape}, {quoted(tensor.dtype)})"
