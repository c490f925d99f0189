"""Which files are a model, and which are only beside it."""

from __future__ import annotations

from pathlib import Path

from matrix.isolation.model_paths import listable_paths, readable_paths


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.name, encoding="utf-8")
    return path


def test_a_file_and_a_folder_are_themselves(tmp_path: Path) -> None:
    file = made(tmp_path / "folder" / "model.h5")
    assert readable_paths(file) == (file.resolve(),)
    assert readable_paths(file.parent) == (file.parent.resolve(),)
    assert listable_paths(file) == ()


def test_a_link_that_the_user_named_is_followed(tmp_path: Path) -> None:
    file = made(tmp_path / "real" / "model.h5")
    (tmp_path / "link").symlink_to(file)
    assert readable_paths(tmp_path / "link") == (file.resolve(), tmp_path / "link")


def test_links_that_lead_out_of_a_model_are_not(tmp_path: Path) -> None:
    secret = made(tmp_path / "secret")
    model = made(tmp_path / "model" / "saved_model.pb").parent
    (model / "assets").symlink_to(secret)
    assert readable_paths(model) == (model.resolve(),)


def test_parts_of_a_checkpoint_are_read_and_its_folder_is_listed(tmp_path: Path) -> None:
    names = ("a[1].index", "a[1].data-00000-of-00001", "a[1].meta", "checkpoint")
    parts = [made(tmp_path / name) for name in names]
    for other in ("a1.index", "b.index", "a[1]2.index"):
        made(tmp_path / other)
    prefix = tmp_path / "a[1]"
    assert set(readable_paths(prefix, is_prefix=True)) == {part.resolve() for part in parts}
    assert listable_paths(prefix, is_prefix=True) == (tmp_path.resolve(),)


def test_blobs_of_a_snapshot_are_part_of_it(tmp_path: Path) -> None:
    repository = tmp_path / "models--some--name"
    blob, other = (made(repository / "blobs" / name) for name in ("one", "two"))
    secret = made(tmp_path / "secret")
    snapshot = repository / "snapshots" / "0123"
    (snapshot / "variables").mkdir(parents=True)
    (snapshot / "variables" / "weights").symlink_to(Path("../../../blobs") / blob.name)
    (snapshot / "assets").symlink_to(secret)
    found = readable_paths(snapshot)
    assert found == (snapshot.resolve(), blob.resolve())
    assert other.resolve() not in found
    weights = snapshot / "variables" / "weights"
    assert readable_paths(weights) == (blob.resolve(), weights)


def test_a_folder_called_blobs_elsewhere_is_not(tmp_path: Path) -> None:
    secret = made(tmp_path / "blobs" / "secret")
    model = made(tmp_path / "model" / "saved_model.pb").parent
    (model / "assets").symlink_to(secret)
    assert readable_paths(model) == (model.resolve(),)


def test_links_among_the_parts_of_a_checkpoint_lead_to_parts_only(tmp_path: Path) -> None:
    index = made(tmp_path / "model" / "a.index")
    kept = made(tmp_path / "kept" / "a.data-00000-of-00002")
    secret = made(tmp_path / "home" / "secret")
    for name, target in (
        ("a.data-00000-of-00002", kept),
        ("a.data-00001-of-00002", secret),
        ("a.folder", secret.parent),
        ("checkpoint", secret),
    ):
        (index.parent / name).symlink_to(target)
    found = readable_paths(index.parent / "a", is_prefix=True)
    assert {path.resolve() for path in found} == {index.resolve(), kept.resolve()}


def test_blobs_that_are_a_link_are_not(tmp_path: Path) -> None:
    secret = made(tmp_path / "home" / "secret")
    snapshot = tmp_path / "models--some--name" / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    (snapshot.parent.parent / "blobs").symlink_to(secret.parent)
    (snapshot / "assets").symlink_to(Path("../../blobs") / secret.name)
    assert readable_paths(snapshot) == (snapshot.resolve(),)
