"""Makes `half_plus_two`: a tiny SavedModel that computes x / 2 + 2, of our own making.

Made with TensorFlow 2.9.3, the last whose SavedModels releases before 2.10 can read as well:

    nox -s "probe(2.9.3)" -- examples/half_plus_two     # builds the environment, if there is none
    PYTHON_OF_THAT_ENVIRONMENT examples/make_half_plus_two.py examples/half_plus_two
"""

import sys

import tensorflow as tf


class HalfPlusTwo(tf.Module):
    def __init__(self):
        super().__init__()
        self.slope = tf.Variable(0.5, name="slope")
        self.offset = tf.Variable(2.0, name="offset")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def __call__(self, x):
        return {"y": self.slope * x + self.offset}


if __name__ == "__main__":
    module = HalfPlusTwo()
    tf.saved_model.save(module, sys.argv[1], signatures={"serving_default": module.__call__})
