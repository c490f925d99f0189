"""HDF5 files on disk or in an archive; h5py opens each once."""

from __future__ import annotations

import logging
from typing import Any

from matrix.model.codecs.readable import Readable


def hdf5_in(file: Readable) -> Any:
    """The `h5py.File` of these bytes; it is closed together with them.

    Raises:
        OSError: the bytes are no HDF5 file, or a damaged one. h5py may raise others as well, such
            as RuntimeError, KeyError and ValueError.
    """
    return file.once("hdf5", lambda: file.keep(parse_hdf5(file)))


def parse_hdf5(file: Readable) -> Any:
    """The same, opened at every call."""
    return h5py().File(file.view(), "r")


def h5py() -> Any:
    """The module, imported where it is needed: it takes a tenth of a second."""
    # nox shows debug messages of every logger, and h5py has many.
    logging.getLogger("h5py").setLevel(logging.WARNING)
    import h5py as module

    return module
