"""The graphs of a SavedModel: their tags and signatures, and whether Keras wrote them."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.rule import CERTAIN, ONE_OF, Example, Rule
from reports.diagnosis.rules.files import OR_DAMAGED
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause

_WRONG = Cause.WRONG_FORMAT_OR_PATH

_WITHOUT_KERAS = advice(
    "Use tf.saved_model.load.", "model = tf.saved_model.load(path)", loader="saved_model"
)
_NO_KERAS = "This SavedModel was not saved from a Keras model, so Keras cannot load it."
_LIST = advice("List the tags in the file.", "saved_model_cli show --dir PATH")
_LIST_ALL = advice("List the signatures of the model.", "saved_model_cli show --dir PATH --all")
_OR_FROZEN = Alternative(
    cause=_WRONG,
    explanation="The file is a frozen graph, which has no tags.",
    decides="saved_model_cli show --dir PATH: it lists no tags",
)

GRAPHS_OF_IT = (
    Rule(
        name="no-metagraph",
        said=(
            r"there are 0 MetaGraphs in the SavedModel",
            r"available_tags: \[\]",
            r"with available tags '\[\]'",
            r"(?:Input|Original) saved model has no meta graphs",
        ),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="tags []",
        explanation="The file has no graphs: it is a frozen graph, which has the same extension.",
        remedies=(advice("Import a frozen graph with tf.import_graph_def."),),
        alternatives=(OR_DAMAGED,),
        source="tensorflow/python/saved_model/load_v1_in_v2.py",
        examples=(
            Example(
                "but there are 0 MetaGraphs in the SavedModel with tag sets: []. Pass a tag.",
                subject="tags []",
            ),
        ),
    ),
    Rule(
        name="several-metagraphs",
        said=(
            r"there are (?P<count>[1-9]\d*) MetaGraphs in the SavedModel with tag sets:? "
            r"(?P<tags>\[[^\n]*?\])(?=\.|$)",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="tags {tags}",
        explanation="The file has {count} graphs with the tags {tags}: you must choose one.",
        remedies=(
            advice(
                "Pass the tags of one graph.",
                "model = tf.saved_model.load(path, tags=['serve'])",
                loader="saved_model",
            ),
        ),
        source="tensorflow/python/saved_model/load_v1_in_v2.py",
        examples=(
            Example(
                "Got `tags=None`, but there are 2 MetaGraphs in the SavedModel with tag sets: "
                "[['serve'], ['serve', 'tpu']]. Pass a `tags=` argument to load this SavedModel.",
                subject="tags [['serve'], ['serve', 'tpu']]",
            ),
        ),
    ),
    Rule(
        name="tags",
        said=(
            r"MetaGraphDef associated with tags (?P<tags>[^\n]{1,80}?) could not be found",
            r"Could not find meta graph def matching supplied tags: ?(?P<tags>\{[^}\n]*\})",
            r"Got an incompatible argument to `?tags`?: (?P<tags>[^\n]{1,80}?)\. The SavedModel",
            r"got an incompatible argument tags=(?P<tags>[^\n]{1,80}?) to tf\.saved_model",
        ),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="tags {tags}",
        explanation="The file has no graph with the tags {tags}: it was saved with other tags.",
        remedies=(_LIST,),
        alternatives=(_OR_FROZEN,),
        source="tensorflow/python/saved_model/loader_impl.py; tensorflow/cc/saved_model/reader.cc",
        examples=(
            Example(
                "MetaGraphDef associated with tags {'serve'} could not be found in SavedModel.",
                subject="tags {'serve'}",
            ),
            Example(
                "Could not find meta graph def matching supplied tags: { serve }. To inspect "
                "available tag-sets in the SavedModel, please use the SavedModel CLI",
                subject="tags { serve }",
            ),
        ),
    ),
    Rule(
        name="tag-set",
        said=(
            r"MetaGraphDef associated with (?:the )?(?P<tags>tag[- ]?sets?\b[^\n]{0,80}?) could "
            r"not be found",
        ),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="{tags}",
        explanation="The file has no graph with these tags: it was saved with other tags.",
        remedies=(_LIST,),
        alternatives=(_OR_FROZEN,),
        source="tensorflow/python/tools/saved_model_utils.py",
        examples=(
            Example(
                "RuntimeError: MetaGraphDef associated with tag-set serve could not be found in "
                "SavedModel",
                subject="tag-set serve",
            ),
            Example(
                "MetaGraphDef associated with tag-set could not be found in SavedModel",
                subject="tag-set",
            ),
        ),
    ),
    Rule(
        name="signature-absent",
        said=(
            r"expected '(?P<name>\w+)' signature",
            r"KeyError: ['\"](?P<name>serving_default)['\"]",
            r"(?s)\.signatures\b.{0,600}KeyError: ['\"](?P<name>\w+)['\"]",
            r"[Ss]ignature (?:(?:name|key):? |with (?:key|name) )?\\?['\"](?P<name>\w+)\\?['\"] "
            r"(?:is )?(?:not found|missing|does not exist|could not be found)",
            r"no signature named ['\"]?(?P<name>\w+)",
            r"Unknown signature (?P<name>\w+) in ",
            r"does not have a signature_def with key: ['\"]?(?P<name>\w+)",
            r"[Ss]erving signature (?:name|key) not found",
            r"SignatureDef[^\n]{0,60}(?:not found|could not be found)",
            r"signature_(?:def_)?(?:key|name) ['\"](?P<name>\w+)['\"]\.? Available signatures",
            r"None signature_(?:key|def_name) provided",
            r"signature_key is None and model has (?P<count>\d+) [Ss]ignatures",
            r"Invalid signature_(?:key|def_name) provided(?:: \"(?P<name>\w+)\")?",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="signature {name}",
        explanation="The model has no signature `{name}`.",
        remedies=(_LIST_ALL,),
        source="tensorflow/python/saved_model/method_name_updater.py; public report",
        examples=(
            Example("KeyError: 'serving_default'", subject="signature serving_default"),
            Example(
                '"error": "Serving signature name: \\"serving_default\\" not found in signature '
                'def"',
                subject="signature serving_default",
            ),
        ),
        counter_examples=(Example("KeyError: 'predict'"),),
    ),
    Rule(
        name="no-object-graph",
        said=(
            r"SavedModel (?:checkpoint )?does not (?:have an|contain) object graph",
            r"SavedModelV2 should have exactly one MetaGraphDef but actually",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="object graph",
        explanation="This SavedModel is one of TensorFlow 1: it has no objects, only graphs.",
        remedies=(
            advice(
                "Load it with tf.compat.v1.saved_model.load in a session, or save it again with "
                "tf.saved_model.save.",
                loader="session",
            ),
        ),
        source="tensorflow/cc/saved_model/bundle_v2.cc; tensorflow/compiler/mlir/tensorflow",
        examples=(
            Example(
                "SavedModel does not have an object graph. Please use TF2.", subject="object graph"
            ),
            Example("SavedModel checkpoint does not contain object graph.", subject="object graph"),
        ),
    ),
    Rule(
        name="not-a-keras-model",
        said=(
            r"lacks the Keras metadata",
            r"load_model returned an? (?P<what>\w+), not a Keras model",
            r"NotAKerasModel",
            r"NotAModel",
            r"keras_metadata\.pb[^\n]{0,60}(?:not found|missing)",
            r"Unable to create a (?:TF-)?Keras model from (?:this )?SavedModel",
        ),
        unless=(r"returned a dict",),
        certainty=CERTAIN,
        cause=_WRONG,
        named=(r"(?P<file>keras_metadata\.pb)",),
        subject="{file|SavedModel without Keras}",
        explanation=_NO_KERAS,
        remedies=(_WITHOUT_KERAS,),
        source="keras/saving/legacy/saved_model/load.py (Keras 2)",
        examples=(
            Example(
                "NotAKerasModel: load_model returned a AutoTrackable, not a Keras model",
                subject="SavedModel without Keras",
            ),
        ),
    ),
    Rule(
        name="keras-loader-on-tf1",
        said=(r"IndexError: list index (?:\(\d+\) )?out of range",),
        facts=(
            Fact(
                "Keras was loading a SavedModel",
                lambda s: (
                    (s.by_keras and s.format.startswith("saved_model"))
                    or "saved_model/load.py" in s.text.replace("\\", "/")
                ),
            ),
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="SavedModel without Keras",
        explanation=_NO_KERAS,
        remedies=(_WITHOUT_KERAS,),
        source="tensorflow/python/keras/saving/saved_model/load.py",
        examples=(
            Example(
                Symptom(
                    kind="IndexError",
                    message="list index (0) out of range",
                    loader="keras",
                    format="saved_model_v1",
                ),
                subject="SavedModel without Keras",
            ),
        ),
        counter_examples=(Example("IndexError: list index out of range"),),
    ),
)
