"""Every sentence that an installed TensorFlow, its Keras and their file libraries can raise.

    python -I messages.py RESULT [SITE]

reads the packages in SITE (where the interpreter keeps its own, without it), imports none of them,
and writes one JSON object into the file RESULT:

    {"versions": {PACKAGE: VERSION},
     "raised": [[TEMPLATE, PACKAGE, MODULE, FUNCTION, KIND], ...],
     "native": [[TEMPLATE, LIBRARY], ...]}

A TEMPLATE has `{}` where a value stands. KIND is the type of the exception, empty where a sentence
is handed to a function that checks. LIBRARY is `tensorflow`, `tflite`, `h5py` or `protobuf`. Tests
and what is vendored are left out, and so are the wrappers of ops that TensorFlow
generates. For maintainers: `nox -s releases` starts it in every release.
Python 3.7 syntax, like everything in this folder; `sentences/` has the parts.
"""

import ast
import importlib
import json
import os
import re
import sys
import sysconfig
import types
import warnings

PACKAGE = "loadmatrix_sentences"
# The folder of a package, and what the package is called.
PACKAGES = {
    "tensorflow": "tensorflow",
    "tensorflow_core": "tensorflow",
    "tensorflow_estimator": "tensorflow",
    "keras": "keras",
    "tf_keras": "tf_keras",
    "h5py": "h5py",
    "google/protobuf": "protobuf",
}
# Where shared objects are, beside the packages themselves.
LIBRARIES = ("google/_upb", "h5py.libs")
# Compilers and network libraries are linked into these.
LARGE = ("tensorflow", "tflite")
SKIPPED = re.compile(
    r"(?:^|/)(?:tests?|testing|testutils|include|_api|third_party|external|jax|torch|openvino"
    r"|integration_tests|examples|__pycache__)(?:/|$)|(?:^|/)(?:test_\w+|\w+_test|\w+_pb2\w*|gen_\w+_ops)\.py$"
)
VERSION = re.compile(r"^([A-Za-z0-9_.]+?)-(\d[^-]*)\.dist-info$")
# `printable_module_name='layer'`: what a caller says to a function that makes a sentence of it.
KIND = re.compile(r"\b(\w+_name)\s*=\s*['\"]([a-z][a-z_ ]{2,30})['\"]")


def beside(name):
    """A module of `sentences/`, which `-I` keeps off the path."""
    package = sys.modules.setdefault(PACKAGE, types.ModuleType(PACKAGE))
    here = os.path.dirname(os.path.abspath(__file__))
    package.__path__ = [os.path.join(here, "sentences")]
    return importlib.import_module("%s.%s" % (PACKAGE, name))


def main(result, site=None):
    site = site or sysconfig.get_paths()["purelib"]
    raised, native = set(), set()
    for folder in sorted(PACKAGES):
        raised.update(raised_in(site, folder))
    for folder in sorted(list(PACKAGES) + list(LIBRARIES)):
        native.update(native_in(site, folder))
    document = {
        "versions": versions(site),
        "raised": sorted(raised),
        "native": sorted(native),
    }
    with open(result, "w", encoding="utf-8") as file:
        json.dump(document, file)


def versions(site):
    found = (VERSION.match(name) for name in os.listdir(site))
    return {match.group(1).lower().replace("-", "_"): match.group(2) for match in found if match}


def raised_in(site, folder):
    reader = beside("raises").Reader
    sources = {path: source_of(os.path.join(site, path)) for path in files(site, folder, ".py")}
    kinds = {}
    for source in sources.values():
        for name, word in KIND.findall(source):
            kinds.setdefault(name, set()).add(word)
    for path, source in sorted(sources.items()):
        module = module_of(path)
        for template, function, kind in reader(kinds).read(parsed(source)):
            yield template, PACKAGES[folder], module, function, kind


def parsed(source):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except SyntaxError:
            # Written for another Python.
            return ast.Module(body=[])


def native_in(site, folder):
    read = beside("native").sentences
    for path in files(site, folder, ".so", ".dylib", ".pyd", ".dll"):
        library = library_of(path)
        for sentence in read(os.path.join(site, path), library in LARGE):
            yield sentence, library


def files(site, folder, *endings):
    """The files of a package, without those that are skipped, as paths within the site."""
    for place, folders, names in os.walk(os.path.join(site, folder)):
        within = os.path.relpath(place, site).replace(os.sep, "/")
        folders[:] = sorted(name for name in folders if not SKIPPED.search(within + "/" + name))
        for name in sorted(names):
            # A library may have its version behind its ending: `libtensorflow_cc.so.2`.
            bare = re.sub(r"(?<=\.so)(?:\.\d+)+$", "", name)
            if bare.endswith(endings) and not SKIPPED.search("/" + name):
                yield within + "/" + name


def source_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def module_of(path):
    dotted = path[: -len(".py")].replace("/", ".").replace(".__init__", "")
    return re.sub(r"^tensorflow_core\b", "tensorflow", dotted)


def library_of(path):
    if "/lite/" in path:
        return "tflite"
    top = path.split("/")[0]
    return {"h5py": "h5py", "h5py.libs": "h5py", "google": "protobuf"}.get(top, "tensorflow")


if __name__ == "__main__":
    main(*sys.argv[1:])
