"""What an HDF5 file opens besides itself, and what it declares without storing it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matrix.model.codecs.hdf5 import h5py, hdf5_in
from matrix.model.codecs.json_text import MOST_JSON
from matrix.model.codecs.readable import Readable
from matrix.model.formats.keras_config import parsed
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.outside import climbing, climbs, outside_file
from matrix.model.risks.risk import Risk

_MOST_SEEN = 200_000
_CONFIGS = ("model_config", "training_config")
# Deflate cannot do better: what declares more than that, and is large, is made to fill the memory.
_MOST_RATIO = 1100
_MOST_DECLARED = 2**28


def hdf5_risks(file: Readable, name: str) -> Iterator[Risk]:
    """The labels of an HDF5 file.

    Raises:
        OSError, RuntimeError, KeyError, ValueError, TypeError: it is damaged.
    """
    opened = hdf5_in(file)
    yield from _links(opened, name)
    datasets: list[tuple[str, Any]] = []
    kind = h5py().Dataset

    def visit(path: str, item: Any) -> bool | None:
        if isinstance(item, kind):
            datasets.append((path, item))
        return True if len(datasets) >= _MOST_SEEN else None

    opened.visititems(visit)
    for path, dataset in datasets:
        yield from _elsewhere(path, dataset, name)


def configs_in(file: Readable) -> Iterator[Any]:
    """The Keras configurations in the attributes of an HDF5 file."""
    opened = hdf5_in(file)
    for name in _CONFIGS:
        if name in opened.attrs and opened.attrs.get_id(name).get_storage_size() <= MOST_JSON:
            value = opened.attrs[name]
            yield parsed(value if isinstance(value, bytes) else str(value))


def _links(opened: Any, name: str) -> Iterator[Risk]:
    links: list[str] = []
    climbing_names: list[str] = []
    external = h5py().ExternalLink

    def visit(path: str, link: Any) -> None:
        if isinstance(link, external):
            links.append(link.filename)
        if climbs(path):
            climbing_names.append(path)

    opened.visititems_links(visit)
    for target in dict.fromkeys(links):
        yield outside_file(target, f"a link in {name} opens", OpPlacement.LOAD)
    for path in climbing_names:
        yield climbing(f"The name {path[:100]} in {name}", path)


def _elsewhere(path: str, dataset: Any, name: str) -> Iterator[Risk]:
    # A virtual one is not asked for its size: HDF5 would open its sources.
    if dataset.is_virtual:
        sources = dict.fromkeys(source.file_name for source in dataset.virtual_sources())
        for source in sources:
            if source != ".":
                yield outside_file(source, f"{path[:100]} in {name} reads", OpPlacement.LOAD)
        return
    for source, *_ in dataset.external or ():
        yield outside_file(source, f"{path[:100]} in {name} reads", OpPlacement.LOAD)
    stored = dataset.id.get_storage_size()
    if dataset.nbytes > _MOST_DECLARED and dataset.nbytes > _MOST_RATIO * stored:
        sentence = (
            f"{path[:100]} in {name} declares {dataset.nbytes:,} bytes and stores {stored:,}: "
            "reading it fills the memory."
        )
        yield Risk(kind="bomb", subject=path[:100], where=OpPlacement.LOAD, sentence=sentence)
