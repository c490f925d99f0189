"""Tables, variables and graphs that are not there in the session that calls the model."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_STATE = Cause.LOOKUP_TABLE_OR_RESOURCE_INIT
_ONE_SESSION = advice(
    "Restore and run the model in the same session and graph, and keep the loaded object as long "
    "as its functions are called."
)
# What the runtime puts around the name of a resource.
_RESOURCE = r"(?:localhost/)?(?P<name>[\w.-][\w/.-]*?)"
_END = r"(?=/class |/N10|/_[A-Z]|[\s,.;)`'\"*]|$)"

STATE = (
    Rule(
        name="table-not-initialized",
        said=(
            r"Table (?:already |)(?:not|un)[ -]?initialized",
            r"(?i:lookup ?table)[^\n]*not initialized",
        ),
        named=(
            r"\{\{node (?P<table>[\w/.-]+)\}\}",
            r"\[\[Node: (?P<table>[\w/.-]+) ?=",
            r"\b(?P<table>[\w/]*(?:hash_?table|Lookup|string_to_index|index_to_string)[\w/]*)\b(?!\.)",
        ),
        certainty=CERTAIN,
        cause=_STATE,
        subject="lookup table {table}",
        explanation="A lookup table of the graph was not initialized in this session.",
        remedies=(
            advice(
                "Run the table initializer first.",
                "session.run(tf.compat.v1.tables_initializer())",
            ),
        ),
        source="tensorflow/core/kernels/lookup_table_op.cc, lookup_util.cc",
        examples=(
            Example("FailedPreconditionError: Table not initialized.", subject="lookup table"),
            Example(
                "FailedPreconditionError: Table not initialized.\n\t [[{{node "
                "transform/hash_table_Lookup}}]]",
                subject="lookup table transform/hash_table_Lookup",
            ),
        ),
    ),
    Rule(
        name="variable-not-initialized",
        said=(
            rf"Attempting to use uninitialized value {_RESOURCE}{_END}",
            rf"Error while reading resource variable {_RESOURCE} from",
            rf"Resource {_RESOURCE}(?:/class \S+|/N10\w+)? does not exist",
            rf"Could not find variable {_RESOURCE}\. This could mean",
            rf"Could not find resource: {_RESOURCE}{_END}",
            r"Container (?P<container>\S+) does not exist",
            r"(?i:variable)s? [^\n]{0,60}(?:is|are|was|were) (?:uninitialized|not initialized)",
            r"(?i:failed.?precondition)[^\n]*(?:uninitialized|not initialized)",
            r"the (?P<kind>iterator) has not been initialized",
        ),
        unless=(r"Table not initialized",),
        named=(rf"(?:reading resource variable|Could not find variable) {_RESOURCE}(?: from|\. )",),
        certainty=CERTAIN,
        cause=_STATE,
        subject="variable {name}",
        explanation=(
            "A variable has no value in this session: it was not restored, or it was restored "
            "in another session or thread."
        ),
        remedies=(_ONE_SESSION,),
        source="tensorflow/core/kernels/resource_variable_ops.cc, "
        "tensorflow/core/framework/resource_mgr.cc",
        examples=(
            Example(
                "Attempting to use uninitialized value dense/kernel",
                subject="variable dense/kernel",
            ),
            Example(
                "Not found: Resource localhost/dense_2/bias/class tensorflow::Var does not exist.",
                subject="variable dense_2/bias",
            ),
            Example(
                "FAILED_PRECONDITION: Could not find variable dense/bias. This could mean that the "
                "variable has been deleted. Debug info: container=localhost, status error "
                "message=Resource localhost/dense/bias/N10tensorflow3VarE does not exist.",
                subject="variable dense/bias",
            ),
        ),
    ),
    Rule(
        name="tensor-of-another-graph",
        said=(
            r"\bTensor(?: Tensor)?[ (]{1,2}['\"]?(?P<tensor>[\w/.-]+(?::\d+)?)[^\n]{0,200}is not "
            r"an element",
            r"\(?['\"]?(?P<tensor>[\w/.-]+:\d+)[^\n]{0,120}must be from the same graph",
            r"must be from the same graph",
            r"Tensor %s is not an element of this (?P<tensor>graph)",
        ),
        certainty=LIKELY,
        cause=_STATE,
        subject="tensor {tensor}",
        explanation="The model was loaded in one graph, thread or session and called in another.",
        remedies=(
            advice(
                "Keep the graph and the session in which the model was loaded, and use them for "
                "the call."
            ),
        ),
        source="tensorflow/python/framework/ops.py",
        examples=(
            Example(
                'ValueError: Tensor Tensor("dense_1/Softmax:0", shape=(?, 2), dtype=float32) is '
                "not an element of this graph.",
                subject="tensor dense_1/Softmax:0",
            ),
            Example(
                'Error Tensor("norm/l2_normalize:0", shape=(?, 128), dtype=float32) is not an '
                "element of this graph",
                subject="tensor norm/l2_normalize:0",
            ),
        ),
    ),
    Rule(
        name="backend-of-another-thread",
        said=(r"'(?P<object>_thread\._local)' object has no attribute '(?P<name>\w+)'",),
        certainty=ONE_OF,
        cause=_STATE,
        subject="{object}",
        explanation="The state of Keras belongs to the thread that loaded the model, and another "
        "thread calls it.",
        remedies=(advice("Load the model in the thread that calls it, or use tf.keras."),),
        alternatives=(
            Alternative(
                cause=Cause.API_REMOVED,
                explanation="Keras 2.3 keeps its state per thread, and code for Keras 2.2 calls it "
                "from several.",
                decides="pip show keras, and whether a web server or a thread calls the model",
            ),
        ),
        source="keras/backend/tensorflow_backend.py (Keras 2.3)",
        examples=(
            Example(
                "AttributeError: '_thread._local' object has no attribute 'value'",
                subject="_thread._local",
            ),
        ),
    ),
)
