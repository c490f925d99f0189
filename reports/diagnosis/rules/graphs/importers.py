"""Graphs of TensorFlow that another program reads: OpenCV and TensorRT."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_OP = Cause.UNREGISTERED_OP
_OR_CUT = Alternative(
    cause=Cause.EXPORT_DEFECT,
    explanation="The graph has nodes of training, or was not optimized for inference.",
    decides="whether TensorFlow runs the same .pb file",
)
_OR_ANOTHER_TEXT = Alternative(
    cause=Cause.WRONG_FORMAT_OR_PATH,
    explanation="The .pbtxt file was made for another model, or the .pb file is no frozen graph.",
    decides="whether the .pb file alone is read",
)

IMPORTERS = (
    Rule(
        name="opencv-importer",
        said=(
            r"tf_importer\.cpp:\d+(?s:.{0,200}?)Unknown layer type (?P<op>\w+)",
            r"tf_importer\.cpp:\d+(?s:.{0,200}?)(?:Input layer|[Cc]onst(?:ant)? input blob|"
            r"Input \[[^\]\n]*\]) (?:for node |not found: )\[?(?P<op>[\w/.:-]+)",
            r"tf_(?:importer|graph_simplifier)\.cpp:\d+",
        ),
        named=(r"Can't create layer \"[^\"\n]*\" of type \"(?P<op>\w+)",),
        certainty=ONE_OF,
        cause=_OP,
        subject="{op|OpenCV}",
        explanation="OpenCV cannot read this graph: it has no layer for an op or its form.",
        remedies=(advice("Use a newer OpenCV, or run the model with TensorFlow."),),
        alternatives=(_OR_CUT, _OR_ANOTHER_TEXT),
        source="opencv/modules/dnn/src/tensorflow/tf_importer.cpp",
        examples=(
            Example(
                "cv2.error: OpenCV(4.1.0) modules/dnn/src/tensorflow/tf_importer.cpp:616: error: "
                "(-215:Assertion failed) const_layers.insert(std::make_pair(name, li)).second",
                subject="OpenCV",
            ),
            Example(
                "OpenCV(4.5.1) C:\\b\\tf_importer.cpp:553: error: (-2:Unspecified error) Input "
                "layer not found: a/Reshape/shape/1 in function",
                subject="a/Reshape/shape/1",
            ),
        ),
        counter_examples=(
            Example(
                "OpenCV(4.5.5) tf_io.cpp:42: error: (-2:Unspecified error) FAILED: "
                "ReadProtoFromBinaryFile(param_file, param). Failed to parse GraphDef file: a.pb"
            ),
        ),
    ),
    Rule(
        name="tensorrt-plugin-absent",
        said=(
            r"getPluginCreator could not find plugin:? (?P<op>\w+)",
            r"No importer registered for op: (?P<op>\w+)",
        ),
        certainty=LIKELY,
        cause=_OP,
        subject="{op}",
        explanation="TensorRT has no plugin `{op}`, which the engine or the graph uses.",
        remedies=(
            advice("Load the library of the plugin first, or use the TensorRT that has it."),
        ),
        source="onnx-tensorrt/ModelImporter.cpp; NvInferRuntime (TensorRT)",
        examples=(
            Example(
                "getPluginCreator could not find plugin InstanceNormalization_TRT version 1",
                subject="InstanceNormalization_TRT",
            ),
        ),
    ),
)
