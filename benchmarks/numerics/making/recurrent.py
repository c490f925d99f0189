"""Models with a state between steps, between calls, or of the training they had."""

import tensorflow as tf

from .common import L, fixed, numbers


def simple_rnn():
    layers = [L.SimpleRNN(4, return_sequences=True), L.SimpleRNN(3, go_backwards=True), L.Dense(2)]
    return tf.keras.Sequential([tf.keras.Input((7, 3)), *layers])


def gru_both_ways():
    """Also what each direction ends with."""
    start = tf.keras.Input((7, 3))
    return tf.keras.Model(start, L.Bidirectional(L.GRU(4, return_state=True))(start))


def lstm_of_cells():
    cells = [L.LSTMCell(4), L.GRUCell(3), L.SimpleRNNCell(2)]
    return tf.keras.Sequential([tf.keras.Input((7, 3)), L.RNN(cells), L.Dense(2)])


def convolution_lstm():
    layers = [L.ConvLSTM2D(2, 3, return_sequences=True), L.ConvLSTM2D(2, 3), L.Flatten()]
    return tf.keras.Sequential([tf.keras.Input((4, 8, 8, 1)), *layers, L.Dense(2)])


def masked():
    layers = [L.Masking(0.0), L.LSTM(4, return_sequences=True), L.LSTM(3), L.Dense(2)]
    return tf.keras.Sequential([tf.keras.Input((6, 3)), *layers])


def masked_words():
    """Ids of 0 are no words; what is masked goes through both directions."""
    start = tf.keras.Input((None,), dtype="int32")
    words = L.Embedding(20, 4, mask_zero=True)(start)
    return tf.keras.Model(start, L.Dense(2)(L.Bidirectional(L.GRU(3))(words)))


def each_step():
    layers = [L.TimeDistributed(L.Conv2D(2, 3)), L.TimeDistributed(L.Flatten()), L.LSTM(3)]
    return tf.keras.Sequential([tf.keras.Input((4, 8, 8, 1)), *layers])


def decoder():
    """A state goes in, and another comes out."""
    start = tf.keras.Input((None, 3), name="steps")
    state = [tf.keras.Input((4,), name="hidden"), tf.keras.Input((4,), name="carry")]
    out, hidden, carry = L.LSTM(4, return_sequences=True, return_state=True)(start, state)
    return tf.keras.Model([start, *state], [L.Dense(2)(out), hidden, carry])


def stateful_simple_rnn():
    return tf.keras.Sequential([fixed((5, 3)), L.SimpleRNN(4, stateful=True), L.Dense(2)])


def stateful_gru():
    layers = [L.GRU(4, stateful=True, return_sequences=True), L.GRU(3, stateful=True), L.Dense(2)]
    return tf.keras.Sequential([fixed((5, 3)), *layers])


def stateful_both_ways():
    return tf.keras.Sequential(
        [fixed((5, 3)), L.Bidirectional(L.LSTM(4, stateful=True)), L.Dense(2)]
    )


def stateful_cells():
    layer = L.RNN([L.LSTMCell(4), L.GRUCell(3)], stateful=True)
    return tf.keras.Sequential([fixed((5, 3)), layer, L.Dense(2)])


def stateful_convolution():
    layers = [L.ConvLSTM2D(2, 3, stateful=True), L.Flatten(), L.Dense(2)]
    return tf.keras.Sequential([fixed((3, 6, 6, 1)), *layers])


def batch_normalization():
    """Its means have moved in training."""
    layers = [L.Dense(4), L.BatchNormalization(momentum=0.5), L.Dense(2)]
    return trained(tf.keras.Sequential([tf.keras.Input((3,)), *layers]))


def measured():
    """Compiled with metrics, whose counts are variables, and with an optimizer that has moments."""
    layers = [L.Dense(4, "relu"), L.Dense(1, "sigmoid")]
    kinds = tf.keras.metrics
    metrics = [kinds.AUC(name="auc"), kinds.Precision(name="precision"), kinds.MeanSquaredError()]
    return trained(tf.keras.Sequential([tf.keras.Input((3,)), *layers]), 1, metrics)


def trained(model, outputs=2, metrics=()):
    model.compile("adam", "mse", metrics=list(metrics))
    model.fit(numbers(16, 3), abs(numbers(16, outputs)) % 1, epochs=2, verbose=0, shuffle=False)
    return model


def normalizations():
    """All that compute from the values themselves, as far as a release has them."""
    names = ["LayerNormalization", "UnitNormalization", "GroupNormalization"]
    found = [getattr(L, name) for name in names if hasattr(L, name)]
    layers = [kind(2) if kind.__name__.startswith("Group") else kind() for kind in found]
    return tf.keras.Sequential([tf.keras.Input((5, 4)), *layers, L.Flatten(), L.Dense(2)])


def inside():
    """A model in a model, called twice: one state for both."""
    part = tf.keras.Sequential([tf.keras.Input((4,)), L.Dense(4), L.BatchNormalization()])
    start = tf.keras.Input((4,))
    return tf.keras.Model(start, L.Dense(2)(part(part(start))))


def attentions():
    one, two = tf.keras.Input((5, 4), name="query"), tf.keras.Input((6, 4), name="value")
    both = [L.Attention(use_scale=True)([one, two]), L.AdditiveAttention()([one, two])]
    return tf.keras.Model([one, two], L.Dense(2)(L.Flatten()(L.Concatenate()(both))))


MODELS = (simple_rnn, gru_both_ways, lstm_of_cells, convolution_lstm, masked, masked_words)
MODELS += (each_step, decoder, stateful_simple_rnn, stateful_gru, stateful_both_ways)
MODELS += (stateful_cells, stateful_convolution, batch_normalization, measured, normalizations)
MODELS += (inside, attentions)
