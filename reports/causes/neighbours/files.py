"""Causes that look alike when a file is opened."""

from __future__ import annotations

from reports.causes.neighbours.pair import pair
from reports.report.cause import Cause

PAIRS = (
    pair(
        Cause.PERMISSION_DENIED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`[Errno 13] Permission denied` from h5py on Windows.",
        "If the path is a folder, h5py reports it as a denied permission. Check "
        "`os.path.isdir(path)` before the permissions.",
    ),
    pair(
        Cause.PERMISSION_DENIED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`Unable to create group` with `no write intent` or `read only mode`.",
        "The path has no Keras model: it is a file of weights alone, or there is no file. "
        "Permissions are not the problem if the file can be read.",
    ),
    pair(
        Cause.MISSING_FILE,
        Cause.PERMISSION_DENIED,
        "`File not found ... ensure the file is an accessible .keras zip file`.",
        "Keras says this whenever it cannot open the file as a zip archive. Check in this order: "
        "`os.path.exists(path)`, `os.access(path, os.R_OK)`, `zipfile.is_zipfile(path)`.",
    ),
    pair(
        Cause.MISSING_FILE,
        Cause.CORRUPT_OR_TRUNCATED,
        "`File not found ... ensure the file is an accessible .keras zip file`.",
        "If the file exists and can be read, `zipfile.is_zipfile(path)` says whether it is whole.",
    ),
    pair(
        Cause.MISSING_FILE,
        Cause.WRONG_FORMAT_OR_PATH,
        "`SavedModel file does not exist at model.h5/{saved_model.pbtxt|saved_model.pb}`.",
        "Most often nothing is at the path. If a file is there, the loader expects a folder: "
        "give the folder of the SavedModel, or load the file as HDF5.",
    ),
    pair(
        Cause.MISSING_FILE,
        Cause.EXPORT_DEFECT,
        "`Could not find matching files`, or a vocabulary file that does not exist.",
        "A path in a cache folder such as `tfhub_modules` was cleaned up: download the model "
        "again. A path from the machine of the author was stored in the model: export it again.",
    ),
    pair(
        Cause.MISSING_FILE,
        Cause.KERAS3_FORMAT_UNSUPPORTED,
        "`Keras 3 only supports V3 .keras files and legacy H5 format files`.",
        "Keras 3 also says this of a path that does not exist. Check `os.path.exists(path)` first.",
    ),
    pair(
        Cause.MISSING_FILE,
        Cause.UNREGISTERED_OP,
        "`FileNotFoundError: Op type not registered ...`.",
        "The words after the type decide: an op is missing, not a file. TensorFlow raises the "
        "same error type for both.",
    ),
    pair(
        Cause.CORRUPT_OR_TRUNCATED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`not an sstable (bad magic number)`.",
        "Most often the path is wrong: a checkpoint is loaded by its prefix, without "
        "`.data-00000-of-00001` or `.index`, and the file `checkpoint` is only a list of names.",
    ),
    pair(
        Cause.CORRUPT_OR_TRUNCATED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`DecodeError`, `Error parsing message` or `Cannot parse file saved_model.pb`.",
        "The first bytes decide. A frozen graph, a SavedModel or a text file under the wrong name "
        "is whole; `version https://git-lfs` or `<html` is not the file that was saved. "
        "`loadmatrix inspect FILE` says what it is.",
    ),
    pair(
        Cause.CORRUPT_OR_TRUNCATED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`MetaGraphDef associated with tags ... could not be found`, with no tags available.",
        "A frozen graph that is named saved_model.pb is another kind of file; a git-lfs pointer or "
        "a part of a file is damage. If the message lists other tags, only the tag is wrong.",
    ),
    pair(
        Cause.CORRUPT_OR_TRUNCATED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`file signature not found` from h5py.",
        "The first bytes decide: HDF5 begins with `\\x89HDF`. A zip archive is a `.keras` file; a "
        "web page, a git-lfs pointer or the text of a link is not what was saved.",
    ),
    pair(
        Cause.BLOCKED_BY_ISOLATION,
        Cause.PERMISSION_DENIED,
        "`Operation not permitted` or `Permission denied` during a test.",
        "If the model loads with the same user outside of the isolation, the isolation blocked it.",
    ),
)
