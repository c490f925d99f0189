"""Keras models with code in them, or with classes that are not Keras's."""

import tensorflow as tf

from kinds.forms import KERAS_3, VERSION, Impossible, needs, registered
from kinds.layers import L, compiled, stack

KINDS = {}
kind = registered(KINDS)


class Scale(L.Layer):
    def __init__(self, factor=2.0, **more):
        super(Scale, self).__init__(**more)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return dict(super(Scale, self).get_config(), factor=self.factor)


def half_squared(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred)) / 2


def curved(x):
    return x * tf.sigmoid(x)


class Small(tf.keras.Model):
    def __init__(self, **more):
        super(Small, self).__init__(**more)
        self.first, self.last = L.Dense(3), L.Dense(2)

    def call(self, inputs, training=False):
        return self.last(self.first(inputs))


class Capped(tf.keras.constraints.Constraint):
    def __call__(self, w):
        return tf.minimum(w, 1.0)

    def get_config(self):
        return {}


@kind
def a_lambda():
    return stack((4,), L.Lambda(lambda x: x * 2.0 + 1.0), L.Dense(2))


@kind
def named_lambda():
    """A Lambda of a function that has a name in TensorFlow."""
    return stack((4,), L.Lambda(tf.math.sin), L.Dense(2))


@kind
def arithmetic():
    start = tf.keras.Input((4,))
    return tf.keras.Model(start, L.Dense(2)(start * 2.0 - 1.0))


@kind
def calls_tensorflow():
    if KERAS_3:
        raise Impossible("Keras 3 takes no TensorFlow functions")
    start = tf.keras.Input((4, 3))
    return tf.keras.Model(start, L.Dense(2)(tf.reduce_mean(tf.math.sin(start), axis=1)))


@kind
def sliced():
    start = tf.keras.Input((6, 3))
    return tf.keras.Model(start, L.Dense(2)(start[:, 1:4]))


@kind
def keras_ops():
    if not KERAS_3:
        raise Impossible("it needs Keras 3")
    start = tf.keras.Input((4,))
    import keras

    return tf.keras.Model(start, keras.ops.sin(L.Dense(2)(start)) + keras.ops.relu(start)[:, :2])


@kind
def own_layer():
    return stack((4,), Scale(3.0), L.Dense(2))


@kind
def registered_layer():
    needs((2, 1))
    named = tf.keras.utils.register_keras_serializable("mine")(
        type("Registered", (Scale,), {"__module__": __name__})
    )
    return stack((4,), named(3.0), L.Dense(2))


@kind
def own_loss():
    return compiled(stack((4,), L.Dense(2)), loss=half_squared)


@kind
def own_metric():
    return compiled(stack((4,), L.Dense(2)), metrics=[half_squared])


@kind
def own_activation():
    return stack((4,), L.Dense(2, activation=curved))


@kind
def own_constraint():
    return stack((4,), L.Dense(2, kernel_constraint=Capped()))


@kind
def own_class():
    model = Small()
    model(tf.zeros([1, 4]))
    return model


@kind
def own_class_compiled():
    model = compiled(Small(), "sgd")
    model(tf.zeros([1, 4]))
    if VERSION < (2, 2):
        model._set_inputs(tf.zeros([1, 4]))
    return model


@kind
def added_loss():
    start = tf.keras.Input((4,))
    end = L.Dense(2)(start)
    model = tf.keras.Model(start, end)
    model.add_loss(tf.reduce_mean(end))
    return model


@kind
def inside_lambda():
    inner = stack((4,), L.Lambda(lambda x: tf.concat([x, x], 1)))
    return stack((4,), inner, L.Dense(2))


@kind
def own_optimizer():
    class Slow(tf.keras.optimizers.SGD):
        pass

    return compiled(stack((4,), L.Dense(2)), Slow(0.5))
