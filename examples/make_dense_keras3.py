"""How `dense_keras3.3.3.keras` was made: with Keras 3.3.3 on TensorFlow 2.17.1.

python make_dense_keras3.py
"""

from pathlib import Path

import keras

model = keras.Sequential(
    [
        keras.Input((4,), name="x"),
        keras.layers.Dense(
            3, activation="relu", kernel_initializer=keras.initializers.Constant(0.5)
        ),
        keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(0.25)),
    ],
    name="dense",
)
model.save(Path(__file__).with_name(f"dense_keras{keras.__version__}.keras"))
