"""Models whose names and messages are written for a terminal, a page or a card."""

import os

from common import edit_h5_config, lambda_model, saved_model, tensorflow

# Colours, a line of its own, writing from the right, the mark that ends a card, what a CI obeys.
NAME = (
    "a\x1b[31m\x1b]0;title\x07\u202eevil\u2066\x9b31m\r\nFORGED line: runs"
    "\n::error::FORGED\n<!-- END LOADMATRIX -->\n# FORGED heading <script>alert(1)</script>"
)


def layer(path, facts):
    """The name of a layer that `inspect` and the report show."""
    path += ".h5"
    lambda_model(tensorflow().keras).save(path)

    def change(config):
        for layer in config["config"]["layers"]:
            if layer["class_name"] == "Lambda":
                layer["config"]["name"] = NAME
        return config

    edit_h5_config(path, change)
    return path


def class_of_a_layer(path, facts):
    """A class that is not known, so that the error names it."""
    path += ".h5"
    lambda_model(tensorflow().keras).save(path)

    def change(config):
        config["config"]["layers"][-1].update(class_name=NAME)
        return config

    edit_h5_config(path, change)
    return path


def message(path, facts):
    """An error of an op, whose text the model chose."""
    tf = tensorflow()

    def load():
        tf.debugging.Assert(tf.reduce_any(tf.random.uniform([1]) > 2.0), [NAME])

    return saved_model(path, load=load)


def printed(path, facts):
    tf = tensorflow()
    return saved_model(path, load=lambda: tf.print(NAME))


def signature(path, facts):
    """The names of signatures, inputs and outputs are texts in a protocol buffer."""
    return _renamed(saved_model(path))


def _renamed(path):
    from tensorflow.core.protobuf import saved_model_pb2

    place = os.path.join(path, "saved_model.pb")
    model = saved_model_pb2.SavedModel()
    with open(place, "rb") as file:
        model.ParseFromString(file.read())
    for graph in model.meta_graphs:
        graph.meta_info_def.tensorflow_version += NAME
        known = graph.signature_def["serving_default"]
        graph.signature_def[NAME].CopyFrom(known)
        output = known.outputs["y"] if "y" in known.outputs else None
        if output is not None:
            graph.signature_def[NAME].outputs[NAME].CopyFrom(output)
    with open(place, "wb") as file:
        file.write(model.SerializeToString())
    return path


def file(path, facts):
    """The name of the model itself."""
    # A name on disk has no slash, and at most 255 bytes.
    hostile = NAME.replace("/", "").encode("utf-8")[:200].decode("utf-8", "ignore")
    path = os.path.join(os.path.dirname(path), hostile + ".h5")
    lambda_model(tensorflow().keras).save(path)
    return path


def output_text(path, facts):
    """What it computes."""
    tf = tensorflow()
    return saved_model(path, call=lambda x: {"y": tf.fill(tf.shape(x), NAME)})


def formula(path, facts):
    """A spreadsheet computes what begins with an equals sign."""
    path = os.path.join(os.path.dirname(path), "=FORGED()+1.h5")
    lambda_model(tensorflow().keras).save(path)
    return path
