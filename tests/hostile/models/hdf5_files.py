"""HDF5 files whose data lie in other files, or are larger than any machine."""

import os

from common import keras_file, tensorflow


def _dense(path):
    keras = tensorflow().keras
    path += ".h5"
    keras.Sequential([keras.layers.Input((3,), name="x"), keras.layers.Dense(2, name="d")]).save(
        path
    )
    return path


def _kernel(file):
    """The path of the weights of the only Dense layer."""
    found = []
    file.visititems(lambda name, item: found.append(name) if _is_kernel(item) else None)
    return found[0]


def _is_kernel(item):
    return getattr(item, "shape", None) == (3, 2)


def _open(path):
    import h5py

    return h5py.File(path, "r+")


def _theirs(facts):
    """A file of somebody else's, with a dataset of the right shape."""
    import h5py
    import numpy

    place = os.path.join(os.path.dirname(facts["secret"]), "theirs.h5")
    with h5py.File(place, "w") as file:
        file["secret"] = numpy.full((3, 2), 7.0, "float32")
    return place


def external_storage(path, facts):
    """Weights that are the bytes of any file."""
    path = _dense(path)
    with _open(path) as file:
        name = _kernel(file)
        del file[name]
        file.create_dataset(name, (3, 2), "float32", external=[(facts["secret"], 0, 24)])
    return path


def external_link(path, facts):
    import h5py

    path = _dense(path)
    with _open(path) as file:
        name = _kernel(file)
        del file[name]
        file[name] = h5py.ExternalLink(_theirs(facts), "/secret")
    return path


def virtual_dataset(path, facts):
    import h5py

    path = _dense(path)
    with _open(path) as file:
        name = _kernel(file)
        del file[name]
        layout = h5py.VirtualLayout((3, 2), "float32")
        layout[:] = h5py.VirtualSource(_theirs(facts), "secret", shape=(3, 2))
        file.create_virtual_dataset(name, layout)
    return path


def external_storage_in_keras_file(path, facts):
    """The same in the weights inside an archive."""
    import zipfile

    keras = tensorflow().keras
    path = keras_file(path, keras.layers.Dense(2, name="d"))
    weights = path + ".weights.h5"
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    name = next(name for name in members if name.endswith(".weights.h5"))
    with open(weights, "wb") as file:
        file.write(members[name])
    with _open(weights) as file:
        kernel = _kernel(file)
        del file[kernel]
        file.create_dataset(kernel, (3, 2), "float32", external=[(facts["secret"], 0, 24)])
    with open(weights, "rb") as file:
        members[name] = file.read()
    os.unlink(weights)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    return path


def shape_bomb(path, facts):
    """A few bytes that declare 40 GB."""
    path = _dense(path)
    with _open(path) as file:
        name = _kernel(file)
        del file[name]
        file.create_dataset(name, (100_000, 100_000), "float32", chunks=(1000, 1000))
    return path
