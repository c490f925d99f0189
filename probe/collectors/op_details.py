"""What a TensorFlow accepts of ops beyond their names, and what it revives objects with.

    python -I op_details.py RESULT

writes one JSON object into the file RESULT:

    {"tensorflow": VERSION,
     "attributes": {OP: {NAME: {"default": HEX, "allowed": [TYPE], "strings": [TEXT]}}},
     "lite_operators": {CODE: [FIRST, LAST]}, "lite_customs": [NAME], "lite_types": [NUMBER],
     "specs": [NAME], "registered_specs": [NAME], "revived": [NAME]}

HEX is the serialized default of an attribute, TYPE a number of a data type. FIRST and LAST are the
versions of an operator of TensorFlow Lite that the interpreter has: found by asking it to open a
model that names them. `specs` are the type specs that SavedModels name by a number, and
`registered_specs` those that they name by a text. `revived` are the kinds of objects that
`tf.saved_model.load` makes more of than a plain object, right after `import tensorflow`.
For maintainers: `nox -s releases` starts it in every release. Python 3.7 syntax, like everything in
this folder.
"""

import binascii
import importlib
import json
import os
import struct
import sys

# Operators have codes below that, and versions up to that.
MOST_CODES, MOST_VERSIONS = 256, 30
MOST_TYPES = 32
# What the resolver of an interpreter may know without being told.
CUSTOMS = (
    *("NumericVerify", "Mfcc", "AudioSpectrogram", "TFLite_Detection_PostProcess"),
    *("HashTable", "HashTableFind", "HashTableImport", "HashTableSize", "AddN", "Conv3D"),
    *("Conv3DTranspose", "Max_Pool_3D", "AvgPool3D", "MaxPool3D", "BroadcastGradientArgs"),
    *("Atan2", "Cumsum", "Irfft2d", "Rfft2d", "Multinomial", "RandomUniform", "Roll", "Sign"),
    *("RandomStandardNormal", "GenerateBoxProposals", "Convolution2DTransposeBias"),
    *("MaxPoolingWithArgmax2D", "MaxUnpooling2D", "TransposeConvBias", "Ones", "Variable"),
    *("VarHandleOp", "ReadVariableOp", "AssignVariable", "Extract_Image_Patches", "FftI"),
)
_CUSTOM = 32


def attributes():
    from tensorflow.python.framework import c_api_util

    known = c_api_util.ApiDefMap()
    return {
        name: {attr.name: _attribute(attr) for attr in known.get_op_def(name).attr}
        for name in known.op_names()
    }


def _attribute(attr):
    told = {}
    if attr.HasField("default_value"):
        told["default"] = _hex(attr.default_value)
    if attr.allowed_values.list.type:
        told["allowed"] = sorted(attr.allowed_values.list.type)
    if attr.allowed_values.list.s:
        told["strings"] = sorted(text.decode("utf-8") for text in attr.allowed_values.list.s)
    return told


def _hex(message):
    return binascii.hexlify(message.SerializeToString(deterministic=True)).decode("ascii")


def lite_operators():
    found = {}
    for code in range(MOST_CODES):
        known = [
            version
            for version in range(1, MOST_VERSIONS)
            if code != _CUSTOM and _opens(_model(code=code, version=version))
        ]
        if known:
            found[str(code)] = [known[0], known[-1]]
    return found


def lite_customs():
    return [name for name in CUSTOMS if not _unresolved(_model(code=_CUSTOM, custom=name))]


def lite_types():
    return [kind for kind in range(MOST_TYPES) if _opens(_model(kind=kind))]


def _opens(model):
    import tensorflow as tf

    try:
        tf.lite.Interpreter(model_content=model)
    except Exception:
        return False
    return True


def _unresolved(model):
    """Whether nobody knows its operator, which is said when the tensors are allocated.

    In a child: those that are known take options that this model does not have, and may crash.
    """
    import tensorflow as tf

    child = os.fork()
    if not child:
        try:
            tf.lite.Interpreter(model_content=model).allocate_tensors()
        except Exception as error:
            os._exit(1 if "unresolved custom op" in str(error) else 0)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 1 << 8


class Buffer:
    """Writes a flatbuffer from its end to its beginning, as far as small models need it."""

    def __init__(self):
        self.data = b""

    def _place(self, content, align=4):
        """Put bytes in front; offsets count from the end, which does not move."""
        self.data = content + b"\0" * (-(len(self.data) + len(content)) % align) + self.data
        return len(self.data)

    def text(self, text):
        content = text.encode("utf-8")
        return self._place(struct.pack("<I", len(content)) + content + b"\0")

    def numbers(self, *values):
        return self._place(struct.pack("<I%di" % len(values), len(values), *values))

    def offsets(self, *places):
        here = len(self.data) + 4 * len(places)
        refs = [here - 4 * index - place for index, place in enumerate(places)]
        return self._place(struct.pack("<I%dI" % len(refs), len(refs), *refs))

    def table(self, **slots):
        """A table: `s3=("i", 7)` a number, `s4=("o", place)` an offset; each takes eight bytes."""
        fields = sorted((int(name[1:]), what) for name, what in slots.items())
        count = fields[-1][0] + 1 if fields else 0
        size = 4 + 4 * len(fields)
        head = len(self.data) + size
        vtable = [0] * count
        body = b""
        for index, (slot, (kind, value)) in enumerate(fields):
            at = 4 + 4 * index
            vtable[slot] = at
            number = head - at - value if kind == "o" else value
            body += struct.pack("<I" if kind == "o" else "<i", number)
        shape = struct.pack("<%dH" % (2 + count), 4 + 2 * count, size, *vtable)
        shape += b"\0" * (-len(shape) % 4)
        place = self._place(struct.pack("<i", len(shape)) + body)
        self._place(shape)
        return place

    def file(self, root):
        return struct.pack("<I", 8 + len(self.data) - root) + b"TFL3" + self.data


def _model(code=None, version=1, custom=None, kind=0):
    """A model with one operator, or with none and one tensor of a type."""
    out = Buffer()
    buffers = out.offsets(out.table())
    codes = []
    operators = []
    tensor = out.table(
        s0=("o", out.numbers(1)), s1=("i", kind), s2=("i", 0), s3=("o", out.text("t"))
    )
    if code is not None:
        fields = {"s0": ("i", min(code, 127)), "s2": ("i", version), "s3": ("i", code)}
        if custom:
            fields["s1"] = ("o", out.text(custom))
            operators.append(
                out.table(s0=("i", 0), s1=("o", out.numbers(0)), s2=("o", out.numbers(0)))
            )
        codes.append(out.table(**fields))
    graph = out.table(
        s0=("o", out.offsets(tensor)),
        s1=("o", out.numbers(0)),
        s2=("o", out.numbers(0)),
        s3=("o", out.offsets(*operators)),
    )
    return out.file(
        out.table(
            s0=("i", 3),
            s1=("o", out.offsets(*codes)),
            s2=("o", out.offsets(graph)),
            s4=("o", buffers),
        )
    )


def specs():
    """The names of the numbers that the decoder of a SavedModel knows."""
    from tensorflow.core.protobuf import struct_pb2

    names = struct_pb2.TypeSpecProto.TypeSpecClass.items()
    return sorted(name for name, number in names if number)


def registered_specs():
    found = set()
    for module in ("type_spec", "type_spec_registry"):
        try:
            place = importlib.import_module("tensorflow.python.framework." + module)
        except ImportError:
            continue
        for table in ("_NAME_TO_TYPE_SPEC",):
            found |= set(getattr(place, table, ()))
    return sorted(found)


def revived():
    for place in ("tensorflow.python.saved_model", "tensorflow.python.training.tracking"):
        try:
            module = importlib.import_module(place + ".revived_types")
        except ImportError:
            continue
        return sorted(getattr(module, "_REVIVED_TYPE_REGISTRY"))  # noqa: B009 - not ours
    return []


def main(result):
    import tensorflow as tf

    answer = {
        "tensorflow": tf.__version__,
        "revived": revived(),
        "registered_specs": registered_specs(),
        "specs": specs(),
        "attributes": attributes(),
        "lite_operators": lite_operators(),
        "lite_customs": lite_customs(),
        "lite_types": lite_types(),
    }
    with open(result, "w", encoding="utf-8") as file:
        json.dump(answer, file, sort_keys=True)
    # Ending a process that has imported TensorFlow takes long.
    file.close()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
