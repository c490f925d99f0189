"""Devices that a model names and this machine lacks."""

from __future__ import annotations

import re
from collections.abc import Collection

from packaging.version import Version

from matrix.catalogue.api_history import api_history
from reports.diagnosis.advising.advice import advice
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule, diagnosis
from reports.diagnosis.rules.graphs.ops import without_kernel
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_DEVICE = Cause.DEVICE_OR_GPU
_NAME = r"['\"]?(?P<device>/?(?:job|replica|task|device|cpu|gpu|CPU|GPU|TPU|XLA)[\w:/*]*\w)"
# Other kernels of the CPU are listed where only the types of the data do not fit.
_ON_CPU = re.compile(r"device='CPU'")


def _no_kernel(symptom: Symptom, match: Match) -> Diagnosis:
    """A matter of the release where others have a kernel for CPUs, of the device elsewhere."""
    history, op = api_history(), match["op"]
    having = history.kernel_releases(op)
    lacking = set(history.op_releases(op)) - set(having)
    if having and not _ON_CPU.search(symptom.text) and _is_of(lacking, symptom.tf):
        return without_kernel(symptom, match)
    return diagnosis(
        symptom,
        match,
        _DEVICE,
        "{op}",
        "Op `{op}` exists, but has no kernel for this device and these data types.",
        advice("Run the model on the device it was made for."),
    )


def _is_of(releases: Collection[str], reader: Version | None) -> bool:
    """Whether the release that reads is one of them; where it is unknown, whether it may be."""
    minors = {Version(release).release[:2] for release in releases}
    return bool(minors) if reader is None else reader.release[:2] in minors


DEVICES = (
    Rule(
        name="device-assigned",
        said=(
            r"Cannot assign a device for operation ['\"]?(?P<operation>[\w/.{}-]+)",
            r"Could not satisfy (?:explicit )?device(?: specification)?",
            rf"explicitly assigned to {_NAME}",
            r"(?P<device>/(?:job|device)\S*) unknown device",
            r"(?:Unknown device|device not found)",
            r"No (?P<device>[CGT]PU) devices (?:are available|found|detected)",
            rf"Unable to find any devices (?:for|matching) spec {_NAME}",
            r"(?:Could not|Cannot) colocate nodes? (?P<operation>(?!with)[\w/.{}-]+)?",
        ),
        named=(
            rf"(?:assigned to|specification|Unknown device:?|not found:?) {_NAME}",
            r"operation ['\"]?(?P<operation>[\w/.{}-]+)",
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{device}",
        explanation="The graph is assigned to a device that this machine does not have.",
        remedies=(
            advice("Turn on soft device placement, or export the graph with clear_devices=True."),
        ),
        source="tensorflow/core/common_runtime/placer.cc",
        examples=(
            Example(
                "Cannot assign a device for operation a: explicitly assigned to /GPU:7",
                subject="/GPU:7",
            ),
            Example(
                "InvalidArgumentError: Cannot assign a device for operation 'v': Operation was "
                "explicitly assigned to /job:ps/task:0/device:CPU:0 but available devices are [ "
                "/job:localhost/replica:0/task:0/device:CPU:0 ].",
                subject="/job:ps/task:0/device:CPU:0",
            ),
        ),
    ),
    Rule(
        name="scheme-of-a-tpu",
        said=(r"File system scheme '\[local\]' not implemented",),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="TPU",
        explanation="A TPU reads files itself and cannot read a local path.",
        remedies=(
            advice(
                "Copy the model to a storage bucket, or load it on the host.",
                "tf.saved_model.LoadOptions(experimental_io_device='/job:localhost')",
            ),
        ),
        source="tensorflow/core/platform/env.cc",
        examples=(
            Example(
                "UnimplementedError: File system scheme '[local]' not implemented", subject="TPU"
            ),
        ),
    ),
    Rule(
        name="tpu-absent",
        said=(
            r"\bTPU\b[^\n]{0,80}(?:not (?:found|initialized|supported)|unavailable)",
            r"No TPU[^\n]{0,20} (?:was |were )?found",
            r"Cannot find any TPU cores",
            r"Unable to find (?:a |the )?TPU",
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="TPU",
        explanation="The program asks for a TPU that is not there or was not set up.",
        remedies=(advice("Set up the TPU first, or run the model on the CPU or a GPU."),),
        source="tensorflow/python/tpu/tpu_strategy_util.py",
        examples=(
            Example("RuntimeError: Cannot find any TPU cores in the system.", subject="TPU"),
        ),
    ),
    Rule(
        name="edge-tpu-absent",
        said=(
            r"No (?P<delegate>EdgeTPU) (?:was |devices? )?(?:detected|found)",
            r"Failed to load delegate from (?P<delegate>[\w/\\.-]*\w)",
            r"(?P<delegate>libedgetpu[\w.]*\w)[^\n]{0,80}(?:not found|cannot|could not|[Ff]ailed|"
            r"No such file)",
            r"(?:not found|cannot|could not|[Ff]ailed|unable)[^\n]{0,80}"
            r"(?P<delegate>libedgetpu[\w.]*\w)",
            r"(?P<delegate>libedgetpu[\w.]*\w): cannot open shared object file",
            r"(?P<delegate>edgetpu)[\w.]*[^\n]{0,60}(?:not (?:found|detected)|cannot be opened)",
        ),
        named=(r"(?i:\b(?P<delegate>edge ?tpu))",),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{delegate}",
        explanation="The accelerator or the library of its delegate was not found.",
        remedies=(
            advice("Connect the device and install its library, or run the model on the CPU."),
        ),
        source="tensorflow/lite/python/interpreter.py",
        examples=(
            Example(
                "ValueError: Failed to load delegate from libedgetpu.so.1",
                subject="libedgetpu.so.1",
            ),
            Example(
                "OSError: libedgetpu.so.1: cannot open shared object file: No such file or "
                "directory",
                subject="libedgetpu.so.1",
            ),
            Example("frigate.edgetpu INFO : No EdgeTPU detected.", subject="EdgeTPU"),
        ),
        counter_examples=(
            Example(
                "load_delegate('libedgetpu.so.1')\nEncountered unresolved custom op: "
                "PosenetDecoderOp.Node number 1"
            ),
        ),
    ),
    Rule(
        name="delegate",
        said=(
            r"not supported by (?:the )?(?P<delegate>GPU) delegate",
            r"(?P<delegate>EdgeTpu\w*|\w*GpuDelegate\w*|Hexagon\w*|NNAPI|NnApi\w*|XNNPack\w*|"
            r"XNNPACK\w*|CoreML\w*)[^\n]{0,40}(?:failed|error|not)",
            r"(?P<delegate>delegate) that only supports",
            r"Failed to apply (?P<delegate>\w+(?: \w+)?) delegate",
            r"Failed to apply delegate: (?P<delegate>\w*)",
            r"Error applying (?P<delegate>delegate)",
            r"(?P<delegate>NN ?API) returned error (?P<error>ANEURALNETWORKS_\w+)",
            r"ModifyGraphWithDelegate is disallowed[^\n]*",
            r"\((?P<delegate>(?!TfLiteFlex)\w*Delegate\w*)\) failed to (?:prepare|invoke)",
            r"(?P<delegate>USB) transfer error",
            r"ModifyGraphWithDelegate[^\n]*(?:fail|error)",
            r"Restored original execution plan after (?P<delegate>delegate) application failure",
            r"(?P<delegate>[Dd]elegate) (?:creation|application)? ?failed",
        ),
        certainty=LIKELY,
        cause=_DEVICE,
        subject="{delegate}",
        explanation="The accelerator (delegate) does not accept the model or is not available.",
        remedies=(
            advice("Run the model without the delegate, or compile it for the available device."),
        ),
        source="tensorflow/lite/core/subgraph.cc",
        examples=(
            Example(
                "RuntimeError: EdgeTpuDelegateForCustomOp failed to prepare.",
                subject="EdgeTpuDelegateForCustomOp",
            ),
            Example(
                "java.lang.IllegalArgumentException: Internal error: Error applying delegate: ",
                subject="delegate",
            ),
            Example(
                "NN API returned error ANEURALNETWORKS_BAD_DATA at line 1068 while setting new "
                "operand value.",
                subject="NN API",
            ),
        ),
    ),
    Rule(
        name="edge-tpu",
        said=(
            r"Unsupported data type in custom op handler",
            r"HIB Error\. hib_error_status",
            r"(?:Failed to|Unable to) (?:open|prepare|initialize|create) (?:the )?"
            r"(?:Edge ?TPU|(?:USB|PCIe|Apex) device)",
            r"Failed to retrieve TPU context",
            r"Unsupported model version for EdgeTPU",
            r"Package requires runtime version \(\d+\), which is newer than this runtime",
            r"(?:cannot|could not) load library '?[^'\n]{0,200}edgetpu",
        ),
        named=(r"Node number \d+ \((?P<op>[\w:-]+)\)",),
        certainty=LIKELY,
        cause=_DEVICE,
        subject="{op|Edge TPU}",
        explanation=(
            "The Edge TPU, or its library of a different version than the interpreter, failed."
        ),
        remedies=(
            advice(
                "Install the interpreter and the libedgetpu that were built for each other, and "
                "check the connection of the device."
            ),
        ),
        source="libedgetpu; public report",
        examples=(
            Example(
                "ERROR: Internal: Unsupported data type in custom op handler: 0\nERROR: Node "
                "number 0 () failed to prepare.",
                subject="Edge TPU",
            ),
            Example(
                "Failed precondition: Package requires runtime version (14), which is newer than "
                "this runtime version (13).",
                subject="Edge TPU",
            ),
            Example(
                "E :248] HIB Error. hib_error_status = 0000000000000001, hib_first_error_status = "
                "0000000000000001",
                subject="Edge TPU",
            ),
        ),
    ),
    Rule(
        name="no-kernel-here",
        said=(
            r"No (?:OpKernel was registered|registered '\w+' OpKernel)[^\n]{0,40}?(?:Op "
            r"|')'?(?P<op>\w+)",
            r"No registered '(?P<op>\w+)' OpKernel for \w+",
            r"Could not find (?:valid )?device for node",
            r"Registered devices: \[[^\]]*\]",
            r"The CPU implementation of (?P<op>\w+) only supports the \w+ (?:tensor|data) format",
            r"\b(?P<op>\w{1,60}) (?:has no|does not have a) kernel (?:on|for) ",
        ),
        named=(
            r"Op '?(?P<op>\w+)'? (?:used by|with these)",
            r"node (?:\{\{node )?(?P<op>[\w/.-]+)",
        ),
        unless=(r"<no registered kernels>",),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{op}",
        explain=_no_kernel,
        source="tensorflow/core/framework/op_kernel.cc",
        examples=(
            Example(
                "No OpKernel was registered to support Op 'Conv3D' with these attrs.",
                subject="Conv3D",
            ),
        ),
        counter_examples=(
            Example(
                "No OpKernel was registered to support Op 'X' with these attrs.  Registered "
                "devices: [CPU], Registered kernels:\n  <no registered kernels>"
            ),
        ),
    ),
)
