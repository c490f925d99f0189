"""Where something holds, in few words: `saved_model and session in 2.2.3 to 2.9.3`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from matrix.plan.loaders import LOADERS

# Names some cells, the first argument, of all cells of a model.
CellsInWords = Callable[[Sequence[str], Sequence[str]], str]


def where_in_words(
    cells: Mapping[str, Sequence[str]], order: Sequence[str], in_words: CellsInWords
) -> str:
    """The `cells` of each loader, those of loaders with the same cells once.

    The loader is empty where it holds for whole cells.
    """
    alike_in: dict[tuple[str, ...], list[str]] = {}
    for loader in _sorted(cells):
        alike_in.setdefault(tuple(cells[loader]), []).append(loader)
    return "; ".join(
        f"{_and(loaders)} in {in_words(names, order)}" if any(loaders) else in_words(names, order)
        for names, loaders in alike_in.items()
    )


def loaders_in_words(loaders: Iterable[str]) -> str:
    """`keras and tf_keras`."""
    return _and(_sorted(loaders))


def _sorted(loaders: Iterable[str]) -> list[str]:
    return sorted(loaders, key=lambda name: (*LOADERS, name).index(name))


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
