"""Plain Python errors are blamed on a model only where a loader failed."""

from __future__ import annotations

import pytest

from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Certainty

# What may be said of an error of which nothing tells that it has to do with a model.
NOBODY = {Cause.UNCLASSIFIED, Cause.ENV_IMPORT_FAILURE, Cause.API_REMOVED}
OF_THE_CALLER = (
    "IndexError: list index out of range",
    'File "train.py", line 3, in main\n    x = sys.argv[1]\nIndexError: list index out of range',
    "KeyError: 'label'",
    "KeyError: b'tensorflow'",
    "KeyError: 'val_acc'",
    "KeyError: 0",
    "KeyError: 'label' in my dataset, and I use a model loaded with load_model",
    "I trained a net by load_model, and my reader says IndexError: list index out of range",
    "TypeError: object of type 'NoneType' has no len()",
    "TypeError: 'NoneType' object is not subscriptable",
    "TypeError: 'NoneType' object is not iterable",
    "TypeError: 'module' object is not callable",
    "TypeError: list indices must be integers or slices, not str",
    "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
    "TypeError: main() takes 1 positional argument but 2 were given",
    "TypeError: train() missing 1 required positional argument: 'epochs'",
    "TypeError: train() got an unexpected keyword argument 'lr'",
    "TypeError: expected str, bytes or os.PathLike object, not NoneType",
    "TypeError: can't pickle _thread.RLock objects",
    "TypeError: Object of type float32 is not JSON serializable",
    "AttributeError: 'NoneType' object has no attribute 'shape'",
    "AttributeError: 'NoneType' object has no attribute 'predict'",
    "AttributeError: 'list' object has no attribute 'shape'",
    "AttributeError: 'Namespace' object has no attribute 'model'",
    "AttributeError: 'DataFrame' object has no attribute 'append'",
    "AttributeError: module 'utils' has no attribute 'load'",
    "AttributeError: module 'cv2' has no attribute 'dnn'",
    "NameError: name 'trainer' is not defined",
    "NameError: name 'xrange' is not defined",
    "UnboundLocalError: local variable 'model' referenced before assignment",
    "ModuleNotFoundError: No module named 'utils'",
    "ModuleNotFoundError: No module named 'my_project.layers'",
    "ModuleNotFoundError: No module named 'distutils'",
    "ImportError: cannot import name 'Config' from 'config' (/home/user/config.py)",
    "ImportError: attempted relative import with no known parent package",
    "ValueError: not enough values to unpack (expected 2, got 1)",
    "ValueError: invalid literal for int() with base 10: 'a'",
    "ValueError: could not convert string to float: 'abc'",
    "ValueError: setting an array element with a sequence.",
    "ValueError: operands could not be broadcast together with shapes (3,) (4,)",
    "ValueError: Object arrays cannot be loaded when allow_pickle=False",
    "ValueError: I/O operation on closed file.",
    "AssertionError",
    "ZeroDivisionError: division by zero",
    "StopIteration",
    "KeyboardInterrupt",
    "UnicodeEncodeError: 'charmap' codec can't encode character",
    "SyntaxError: invalid syntax",
    "SystemExit: 2",
)
OF_A_LOADER = (
    ("AttributeError: 'str' object has no attribute 'decode'", "h5py-3"),
    ("NameError: name 'scale' is not defined", "global-name"),
    ("AttributeError: 'Adam' object has no attribute 'get_updates'", "error-in-a-loader"),
)


@pytest.mark.parametrize("text", OF_THE_CALLER)
def test_an_error_of_the_caller_is_not_blamed_on_a_model(text: str) -> None:
    assert diagnose(Symptom(message=text)).cause in NOBODY


@pytest.mark.parametrize(("text", "rule"), OF_A_LOADER)
def test_the_same_words_from_a_loader_are(text: str, rule: str) -> None:
    frames = 'File "/a/keras/src/saving/saving_lib.py", line 7, in load_model\n'
    assert diagnose(Symptom(message=text)).rule != rule
    assert diagnose(Symptom(message=text, stage="load")).rule == rule
    assert diagnose(Symptom(message=frames + text)).rule == rule


@pytest.mark.parametrize(
    "text",
    [
        "TypeError: list indices must be integers or slices, not str",
        "TypeError: __init__() missing 1 required positional argument: 'units'",
        "TypeError: call() got an unexpected keyword argument 'training'",
    ],
)
def test_beside_a_keras_file_it_is_one_of_several_causes_until_a_frame_is_shown(text: str) -> None:
    found = diagnose(Symptom(message=text, format="h5"))
    assert found.cause not in NOBODY
    assert found.certainty is Certainty.ONE_OF
    assert found.cause not in {other.cause for other in found.alternatives} != set()
    own = 'File "train.py", line 3, in main\n'
    for given in (Symptom(message=text), Symptom(message=own + text, format="h5")):
        assert diagnose(given).cause in NOBODY


def test_quotes_may_be_escaped_where_python_printed_a_sentence_in_quotes() -> None:
    plain = "can't locate attribute: 'layer_names'"
    escaped = plain.replace("'", "\\'")
    assert escaped.count("\\") == plain.count("'")
    found, same = (diagnose(Symptom(message=f"KeyError: '{text}'")) for text in (plain, escaped))
    assert (found.rule, found.subject) == (same.rule, same.subject)
    assert found.subject == "layer_names"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("tensorflow_text", "pip install tensorflow-text"),
        ("PIL.Image", "pip install pillow"),
        ("google.protobuf", "pip install protobuf"),
        ("my_project.layers", ""),
        ("object_detection", ""),
    ],
)
def test_only_names_of_our_tables_become_commands(name: str, command: str) -> None:
    found = diagnose(Symptom(message=f"ModuleNotFoundError: No module named '{name}'"))
    assert [remedy.snippet for remedy in found.remedies] == [command]


@pytest.mark.parametrize(
    ("package", "cause"),
    [
        ("tensorflow_addons", Cause.ENV_IMPORT_FAILURE),
        ("transformers", Cause.ENV_IMPORT_FAILURE),
        ("", Cause.API_REMOVED),
    ],
)
def test_who_imports_tells_a_package_from_old_code(package: str, cause: Cause) -> None:
    folder = f"/a/site-packages/{package}" if package else "/home/user"
    error = "ModuleNotFoundError: No module named 'keras.src.engine'"
    found = diagnose(Symptom(message=f'File "{folder}/x.py", line 2, in <module>\n{error}'))
    assert (found.cause, found.subject) == (cause, package or "keras.src.engine")


def test_a_log_line_does_not_outweigh_the_exception_that_follows() -> None:
    log = "W dso_loader.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: x"
    assert diagnose(Symptom(message=log)).cause is Cause.DEVICE_OR_GPU
    error = "ValueError: Unknown layer: Odd"
    assert diagnose(Symptom(message=f"{log}\n{error}")).cause is not Cause.DEVICE_OR_GPU


def test_a_loader_named_in_prose_is_the_one_that_failed() -> None:
    said = "I get KeyError: class_name when I load the model from its string with model_from_json"
    assert diagnose(Symptom(message=said)).cause == Cause.KERAS_CONFIG_INCOMPATIBLE
