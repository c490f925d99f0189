"""Calls of a loaded SavedModel: what it offers, and the arguments of its functions."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.report.cause import Cause

_CALL = Cause.CALL_INPUT_MISMATCH
LOOK = advice(
    "Check which inputs the signature takes.",
    "print({{name: f.structured_input_signature for name, f in model.signatures.items()}})",
)
_SIGNATURE = advice(
    "Call a signature of the loaded model, and keep the model in a variable.",
    "print(list(model.signatures))\nmodel.signatures[name](**inputs)",
)
_RESTORED = (
    r"(?:_UserObject|\w*Trackable\w*|_WrapperFunction|\w*ConcreteFunction|_RestoredModel|"
    r"_SignatureMap)"
)

SIGNATURES = (
    Rule(
        name="no-keras-api",
        said=(rf"'{_RESTORED}' object has no attribute '?(?P<name>\w+)",),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name}",
        explanation=(
            "tf.saved_model.load does not return a Keras model: the object has signatures, "
            "but no `{name}`."
        ),
        remedies=(_SIGNATURE,),
        source="tensorflow/python/saved_model/load.py",
        examples=(
            Example(
                "AttributeError: '_UserObject' object has no attribute 'predict'", subject="predict"
            ),
        ),
    ),
    Rule(
        name="no-keras-api-of-a-dict",
        said=(
            r"'(?:dict|OrderedDict)' object has no attribute "
            r"'(?P<name>predict\w*|summary|layers|compile|fit|evaluate|get_layer)'",
        ),
        certainty=LIKELY,
        cause=_CALL,
        subject="{name}",
        explanation="The object is a dictionary and no Keras model: it has no `{name}`.",
        remedies=(advice("Check what the loader returned, and take the model out of it."),),
        source="public report",
        examples=(
            Example("AttributeError: 'dict' object has no attribute 'predict'", subject="predict"),
        ),
        counter_examples=(Example("AttributeError: 'dict' object has no attribute 'has_key'"),),
    ),
    Rule(
        name="not-callable",
        said=(rf"'(?P<name>{_RESTORED})' object is not callable",),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name}",
        explanation=(
            "The model was saved without a function for calling it as a whole; it has signatures."
        ),
        remedies=(_SIGNATURE,),
        source="tensorflow/python/saved_model/load.py",
        examples=(
            Example("TypeError: '_UserObject' object is not callable", subject="_UserObject"),
        ),
    ),
    Rule(
        name="no-concrete-function",
        said=(
            r"Could not find matching (?:concrete )?function to call",
            r"Binding inputs to tf\.function",
            r"Python inputs incompatible with input_signature",
            r"Structure of Python function inputs does not match input_signature",
            r"Signature specifies \d+ arguments",
            r"Arguments and signature arguments do not match",
            r"[Ee]xpected these arguments to match",
            r"is not compatible with the shape this function was traced with",
            r"All inputs to `?ConcreteFunction`?s must be Tensors",
            r"Keyword arguments not supported when calling a wrap_function",
            r"Tried to call a concrete function obtained from an internal API",
            r"-th input [^\n]{1,80} must be a Tensor, got [^\n]{1,200} when calling",
            r"was constructed with [^\n]{1,80} value [^\n]{1,200} but was called with",
            r"When input_signature is provided, (?:only pass|all inputs)",
            r"Found zero restored functions for caller",
        ),
        # A graph of TensorFlow 1 that cannot be restored says this too, before it says why.
        facts=(Fact("the failure is not one to load", lambda s: s.stage != "load", 0),),
        named=(
            r"Positional arguments[^\n]*\n\s*\* (?:tf\.)?(?P<name>RaggedTensor|SparseTensor)",
            r"Positional arguments[^\n]*\n\s*\* <?tf\.Tensor '(?P<name>[\w/.-]+)",
            r"Positional arguments[^\n]*\n\s*\* Tensor\(\"(?P<name>[\w/.-]+)",
            # What it expects, where what it got has no name.
            r"Option 1:\n[^\n]*\n\s*\* TensorSpec\([^\n]{1,200}?name='(?P<name>[\w/.-]+)'",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name|inputs}",
        explanation=(
            "The model loads, but the arguments of the call do not match the saved functions "
            "(names, shapes or types)."
        ),
        remedies=(LOOK,),
        source="tensorflow/python/saved_model/function_deserialization.py",
        examples=(
            Example(
                "ValueError: Could not find matching concrete function to call loaded",
                subject="inputs",
            ),
            Example(
                "TypeError: Binding inputs to tf.function failed due to `too many positional "
                "arguments`.",
                subject="inputs",
            ),
        ),
    ),
    Rule(
        name="signature-arguments",
        said=(
            r"Expected argument names [^\n]{0,200}? but got values for[^\n]*?"
            r"Missing: \[?'?(?P<name>\w+)",
            r"Expected at most \d+ positional arguments",
            r"Got two values for keyword '(?P<name>\w+)",
            r"Keyword arguments \[?'?(?P<name>\w+)[^\n]{0,200} unknown\. Expected",
            r"\w\([^\n]{0,300}\) missing (?:\d+ )?required arguments?: (?P<name>\w+)",
            r"\w\([^\n]{0,300}\) got unexpected keyword arguments?:? `?(?P<name>\w+)",
            r"\w\([^\n]{0,300}\) got two values for (?:argument )?'(?P<name>\w+)",
            r"\b(?P<name>\w{1,60})\([^\n]{0,300}\) takes \d+ positional arguments(?:,| \(as)",
            # Python names its functions without their arguments: `f() takes 1 positional argument`.
            r"\b(?P<name>\w{1,60})\([^)\n][^\n]{0,300}\) takes \d+ positional arguments but",
            r"\w takes \d+ positional arguments(?:,| \(as| but got)",
            r"\w\([^\n]{0,300}\): (?:expected )?argument #?(?P<name>\w+)[^\n]*(?:to be a Tensor|"
            r"had incorrect type)",
            r"signature_wrapper\([^)]*\)[^\n]*(?:takes|missing|unexpected|got)",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name}",
        explanation=(
            "A signature was called without one of its inputs, or with an input name that "
            "it does not have."
        ),
        remedies=(LOOK,),
        source="tensorflow/python/eager/function.py, polymorphic_function/concrete_function.py",
        examples=(
            Example(
                "TypeError: signature_wrapper(*, x) missing required arguments: x",
                subject="x",
            ),
            Example(
                "TypeError: signature_wrapper(*, a) got unexpected keyword arguments: b",
                subject="b",
            ),
            Example(
                "TypeError: pruned(images) takes 0 positional arguments, got 1.",
                subject="pruned",
            ),
        ),
        counter_examples=(
            Example("TypeError: train() missing 1 required positional argument: 'epochs'"),
            Example("TypeError: train() got an unexpected keyword argument 'lr'"),
        ),
    ),
    Rule(
        name="argument-exported-twice",
        said=(
            r"\w\([^\n]{0,300}?(?P<name>\w+), (?P=name)\b[^\n]{0,300}\) missing \d+ required "
            r"argument: (?P=name)",
        ),
        certainty=CERTAIN,
        cause=Cause.EXPORT_DEFECT,
        subject="{name}",
        explanation=(
            "The exported function has several arguments of the name `{name}`, so no call can "
            "give them all."
        ),
        remedies=(
            advice(
                "Export a signature with one name per input.", "model.save(path, signatures=...)"
            ),
        ),
        source="tensorflow/python/eager/function.py",
        examples=(
            Example(
                "TypeError: f(inputs, training, training, *, training) missing 1 required "
                "argument: training",
                subject="training",
            ),
        ),
    ),
)
