"""The cells nox offers as sessions."""

from __future__ import annotations

from matrix.catalogue.releases import catalogue
from matrix.run.cell_sessions import cell_ids
from tests.builders import make_cell


def test_whole_catalogue_is_offered_without_a_plan() -> None:
    names = cell_ids()
    assert [name for name in names if "+" not in name] == [str(r.version) for r in catalogue()]


def test_tf_keras_cell_follows_its_release() -> None:
    names = cell_ids()
    extra = [name for name in names if name.endswith("+tf_keras")]
    assert len(extra) == sum(release.tf_keras is not None for release in catalogue()) > 0
    for name in extra:
        assert names[names.index(name) - 1] == name.removesuffix("+tf_keras")


def test_names_are_what_cells_call_themselves() -> None:
    assert {"2.21.0", "2.21.0+tf_keras"} <= set(cell_ids())
    assert make_cell("2.21.0", tf_keras=True).id in cell_ids()


def test_cell_named_on_the_command_line_is_offered_as_well() -> None:
    words = ["nox", "-s", "probe(2.15.1+tensorflow_text)", "probe(9.9.9+x)", "probe(2.15.1)"]
    more = set(cell_ids(words)) - set(cell_ids())
    assert more == {"2.15.1+tensorflow_text"}
