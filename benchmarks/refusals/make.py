"""Makes the files that the acts are about: some outside, some in the model (Python 3.7 syntax)."""

import os
import sys

import h5py
import numpy as np
import tensorflow as tf


def main(outside, model):
    for path in (outside + "/vocab.txt", model + "/mine.txt", outside + "/lib.so"):
        with open(path, "w") as file:
            file.write("a\nb\n")
    np.save(outside + "/a.npy", np.zeros(4))
    net = tf.keras.Sequential([tf.keras.layers.InputLayer((1,)), tf.keras.layers.Dense(1)])
    for name in ("w.h5", "w.keras"):
        net.save(outside + "/" + name)
    net.save_weights(outside + "/w.weights.h5")
    holder = tf.Module()
    holder.v = tf.Variable(1.0)
    tf.saved_model.save(holder, outside + "/sm")
    tf.train.Checkpoint(v=holder.v).write(outside + "/ck")
    with open(outside + "/m.tflite", "wb") as file:
        file.write(tf.lite.TFLiteConverter.from_keras_model(net).convert())
    for name, target in (("external", "/a.npy"), ("external-gone", "/gone.npy")):
        with h5py.File("%s/%s.h5" % (model, name), "w") as file:
            file.create_dataset("d", (4,), "f8", external=[(outside + target, 128, 32)])
    with h5py.File(model + "/link.h5", "w") as file:
        file["l"] = h5py.ExternalLink(outside + "/w.h5", "/model_weights")
    with open(outside + "/w.h5", "rb") as whole, open(model + "/corrupt.h5", "wb") as part:
        part.write(whole.read()[:900])
    os.symlink(outside + "/vocab.txt", model + "/link.txt")


if __name__ == "__main__":
    main(*sys.argv[1:])
