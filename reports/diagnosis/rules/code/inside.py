"""Python code inside a model: bytecode of Lambda layers, and the names that it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.frames import BY_LOADER, KERAS_FORMATS
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, ONE_OF, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause

_UNDEFINED = r"(?:global )?name '(?P<name>\w+)' is not defined"
# Names that Lambda layers use without an import of their own.
_IMPORTED = re.compile(
    r"name '(?:tf|tensorflow|K|keras|backend|np|numpy|math|layers|tfa|tfp|hub)' is not defined"
)
_FRAMES_OF_A_LAYER = ("<lambda>", "python_utils.py", "lambda_layer.py", "in func_load", "Lambda")


def _pass_it(_symptom: Symptom, match: Match) -> Iterator[Advice]:
    name = match["name"]
    yield advice(
        "Pass the object as custom_objects when you load the model.",
        f"model = load_model(path, custom_objects={{{{'{name}': {name}}}}})",
    )


CUSTOM_OBJECTS = (
    Rule(
        name="custom-objects-do-not-import",
        said=(r"CustomObjectsError: (?P<file>[^\n]+?) does not import here: (?P<why>[^\n]*)",),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{file}",
        explanation=(
            "The model needs what {file} defines, and {file} cannot be imported with {here} "
            "({why})."
        ),
        remedies=(
            advice(
                "Change the file so that it can be imported in this release as well: the error is "
                "in the file, not in the model."
            ),
        ),
        source="probe of this project",
        examples=(
            Example(
                "CustomObjectsError: layers.py does not import here: ImportError: "
                "cannot import name 'get_shape' from 'tensorflow.keras.backend'",
                subject="layers.py",
            ),
        ),
    ),
)

LAMBDAS = (
    Rule(
        name="bytecode-of-another-python",
        said=(
            r"bad marshal data",
            r"EOF read where object expected",
            r"unknown opcode",
            r"XXX lineno: \d+, opcode: \d+",
            r"code\(\) (?:argument|takes|requires)[^\n]*",
            r"code expected at (?:least|most)",
            r"code: (?:\w+ must|argcount|varnames)",
            r"codeobject\.c:\d+: bad argument",
            r"marshal data too short",
            r"(?s)an integer is required \(got type bytes\).{0,300}func_load",
            r"(?s)func_load.{0,600}an integer is required \(got type bytes\)",
            r"(?:marshal|func_load)[^\n]*(?:EOFError|invalid|TypeError)",
            r"invalid bytecode",
            r"no locals found when setting up annotations",
            r"SystemError: Exception encountered when calling Lambda\.call",
        ),
        # A damaged cache of Python itself, or of another program, has the same words.
        unless=(r"_compile_bytecode", r"pickle\.loads?\("),
        certainty=CERTAIN,
        cause=Cause.PYTHON_VERSION,
        subject="Lambda",
        explanation=(
            "A Lambda layer contains bytecode of another Python version, which this Python "
            "cannot run."
        ),
        remedies=(
            advice(
                "Load it with the Python version that saved it, or replace the Lambda with a "
                "layer class."
            ),
        ),
        source="keras/src/utils/python_utils.py (Keras 3), keras/utils/generic_utils.py (Keras 2)",
        examples=(
            Example("ValueError: bad marshal data (unknown type code)", subject="Lambda"),
            Example("SystemError: unknown opcode", subject="Lambda"),
            Example(
                "SystemError: Exception encountered when calling Lambda.call().\n\nno locals found "
                "when setting up annotations",
                subject="Lambda",
            ),
        ),
    ),
    Rule(
        name="pickle-of-a-newer-python",
        said=(r"unsupported pickle protocol:? ?(?P<protocol>\d)?",),
        certainty=CERTAIN,
        cause=Cause.PYTHON_VERSION,
        subject="pickle protocol {protocol}",
        explanation="A newer Python wrote the pickle; this one does not know its protocol.",
        remedies=(
            advice(
                "Load it with Python 3.8 or newer, or pickle it again with an older protocol.",
                "pickle.dump(obj, file, protocol=4)",
            ),
        ),
        source="Lib/pickle.py",
        examples=(
            Example("ValueError: unsupported pickle protocol: 5", subject="pickle protocol 5"),
        ),
    ),
)

GLOBALS = (
    Rule(
        name="global-name",
        said=(_UNDEFINED,),
        facts=(
            Fact(
                "a frame of a layer, the stage or the sentence says that code of the model ran",
                lambda s: (
                    s.stage in ("load", "call")
                    or BY_LOADER.holds(s)
                    or any(frame in s.text for frame in _FRAMES_OF_A_LAYER)
                ),
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{name}",
        explanation=(
            "Code inside the model (a Lambda or a custom layer) uses the global name `{name}`, "
            "which is not defined when the model is loaded."
        ),
        remedies=(_pass_it,),
        source="keras/src/layers/core/lambda_layer.py",
        examples=(
            Example(
                'File "/a/keras/layers/core.py", line 7, in <lambda>\n'
                "NameError: name 'K' is not defined",
                subject="K",
            ),
        ),
        counter_examples=(Example("NameError: name 'trainer' is not defined"),),
    ),
    Rule(
        name="global-name-perhaps",
        said=(_UNDEFINED,),
        facts=(
            Fact(
                "a Keras file is being read, or the name is that of a library",
                lambda s: s.format in KERAS_FORMATS or bool(_IMPORTED.search(s.text)),
            ),
        ),
        certainty=ONE_OF,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{name}",
        explanation=(
            "If the model has a Lambda or a custom layer: its code uses the global name `{name}`, "
            "which is not defined when the model is loaded."
        ),
        remedies=(_pass_it,),
        alternatives=(
            Alternative(
                cause=Cause.ENV_IMPORT_FAILURE,
                explanation="The program itself uses the name without an import.",
                decides="The last frame of the traceback: is it your own file?",
            ),
        ),
        source="keras/src/layers/core/lambda_layer.py",
        examples=(Example("NameError: name 'tf' is not defined", subject="tf"),),
    ),
)
