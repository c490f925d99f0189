"""The protobuf package and the code that was generated for another version of it."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.advising.packages import pinned
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

_ENV = Cause.ENV_IMPORT_FAILURE


def _older(symptom: Symptom, _match: Match) -> Iterator[Advice]:
    requirement = pinned(symptom, "protobuf", "protobuf<3.21")
    yield advice("Install an older protobuf.", f"pip install {requirement}")


PROTOBUF = (
    Rule(
        name="protobuf-too-new",
        said=(
            r"Descriptors (?:cannot|should not) (?:not )?be created directly",
            r"_CheckCalledFromGeneratedFile",
            r"If this call came from a _pb2\.py file",
            r"'(?:google\.\w[\w.]*)?FieldDescriptor' object has no attribute",
            r"\bTypeError: bases must be types",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="protobuf",
        explanation=(
            "The installed protobuf is too new for generated code in this environment, such as "
            "that of TensorFlow 2.11 and older."
        ),
        remedies=(_older,),
        source="google/protobuf/descriptor.py",
        examples=(
            Example("TypeError: Descriptors cannot be created directly.", subject="protobuf"),
            Example(
                "TypeError: Descriptors should not be created directly, but only retrieved from "
                "their parent.",
                subject="protobuf",
            ),
        ),
        counter_examples=(Example("TypeError: Descriptors of the files cannot be read."),),
    ),
    Rule(
        name="protobuf-without-a-name",
        said=(
            r"'MessageFactory' object has no attribute",
            r"'SymbolDatabase' object has no attribute",
            r"module '?google\.protobuf[\w.]*'? has no attribute",
            r"cannot import name '?(?:service_reflection|reflection)'? from '?google\.protobuf",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="protobuf",
        explanation=(
            "The installed protobuf no longer has a name that generated code in this "
            "environment uses."
        ),
        remedies=(
            advice(
                "Install the protobuf that this TensorFlow was made for.",
                "pip install 'protobuf<5'",
            ),
        ),
        source="google/protobuf/message_factory.py",
        examples=(
            Example(
                "AttributeError: 'MessageFactory' object has no attribute 'GetPrototype'",
                subject="protobuf",
            ),
        ),
    ),
    Rule(
        name="protobuf-too-old",
        said=(
            r"Detected (?:incompatible|mismatched) Protobuf",
            r"requires version [\d.]+ of the Protocol Buffer",
            r"compiled against version [\d.]+ of the Protocol Buffer",
            r"cannot import name '?\w+'? from '?google\.protobuf",
            r"got an unexpected keyword argument '(?:serialized_options|create_key|serialized_pb|"
            r"has_options|containing_type)'",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="protobuf",
        explanation=(
            "The installed protobuf is older than the one that code in this environment was "
            "generated for."
        ),
        remedies=(advice("Install a newer protobuf.", "pip install -U protobuf"),),
        source="google/protobuf/runtime_version.py",
        examples=(
            Example(
                "ImportError: cannot import name 'builder' from 'google.protobuf.internal'",
                subject="protobuf",
            ),
            Example(
                "google.protobuf.runtime_version.VersionError: Detected incompatible Protobuf "
                "Gencode/Runtime versions when loading x.proto: gencode 6.31.1 runtime 5.29.6.",
                subject="protobuf",
            ),
        ),
    ),
    Rule(
        name="protos-not-compiled",
        said=(
            r"cannot import name '?(?P<module>\w+_pb2)'? from '?(?!tensorflow\.|google\.)[\w.]+",
            r"cannot import name '?(?P<module>\w+_pb2)'?(?! from)",
            r"name '(?P<module>\w+_pb2)' is not defined",
            r"No module named '?(?P<module>(?!tensorflow\.|google\.)[\w.]+_pb2)\b",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation=(
            "Python code that is generated from a .proto file, `{module}`, is absent or of another "
            "copy of the package."
        ),
        remedies=(
            advice("Compile the .proto files of that package, or install the package again."),
        ),
        source="protoc; object_detection/protos (TensorFlow Models)",
        examples=(
            Example(
                "ImportError: cannot import name 'string_int_label_map_pb2' from "
                "'object_detection.protos' (../object_detection/protos/__init__.py)",
                subject="string_int_label_map_pb2",
            ),
            Example(
                "ImportError: cannot import name anchor_generator_pb2",
                subject="anchor_generator_pb2",
            ),
            Example(
                "NameError: name 'pipeline_pb2' is not defined",
                subject="pipeline_pb2",
            ),
            Example(
                "ModuleNotFoundError: No module named 'tensorflow_serving.apis.predict_pb2'",
                subject="tensorflow_serving.apis.predict_pb2",
            ),
        ),
    ),
    Rule(
        name="protobuf-twice",
        said=(r"Couldn't build proto file into descriptor pool",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="protobuf",
        explanation="Two packages in this environment define the same protobuf file differently.",
        remedies=(
            advice(
                "Keep one of the two packages, or install versions of them that belong together."
            ),
        ),
        source="google/protobuf/descriptor_pool.py",
        examples=(
            Example(
                "TypeError: Couldn't build proto file into descriptor pool: duplicate file name",
                subject="protobuf",
            ),
        ),
    ),
)
