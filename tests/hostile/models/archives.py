"""Archives that grow, lead elsewhere, or claim what they do not hold."""

import io
import os
import tarfile
import zipfile

from common import keras_file, saved_model, tensorflow

ZEROS = b"\0" * (1 << 20)


def _zipped(folder, target, *extra):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for base, _, files in os.walk(folder):
            for name in files:
                there = os.path.join(base, name)
                archive.write(there, os.path.join("model", os.path.relpath(there, folder)))
        for add in extra:
            add(archive)
    return target


def _bomb(archive):
    with archive.open("model/assets/zeros", "w", force_zip64=True) as member:
        for _ in range(1024):
            member.write(ZEROS)


def zip_bomb(path, facts):
    """A gigabyte in a megabyte."""
    return _zipped(saved_model(path + "-plain"), path + ".zip", _bomb)


def zip_bomb_in_keras_file(path, facts):
    path = keras_file(path, tensorflow().keras.layers.Dense(2))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("assets/zeros", "w", force_zip64=True) as member:
            for _ in range(1024):
                member.write(ZEROS)
    return path


def nested(path, facts):
    """Each archive holds ten times the one within."""
    inner = _zipped(saved_model(path + "-plain"), path + "-0.zip", _bomb)
    for depth in range(1, 4):
        with open(inner, "rb") as file:
            content = file.read()
        inner = "%s-%d.zip" % (path, depth)
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr("model-%d.zip" % number, content)
    return inner


def link_out(path, facts):
    """A link to a file outside, with the name of an asset."""
    folder = saved_model(path + "-plain")
    link = tarfile.TarInfo("model/assets/secret")
    link.type, link.linkname = tarfile.SYMTYPE, facts["secret"]
    with tarfile.open(path + ".tar.gz", "w:gz") as archive:
        archive.add(folder, "model")
        archive.addfile(link)
    return path + ".tar.gz"


def hard_link_out(path, facts):
    folder = saved_model(path + "-plain")
    link = tarfile.TarInfo("model/assets/secret")
    link.type, link.linkname = tarfile.LNKTYPE, facts["secret"]
    with tarfile.open(path + ".tar.gz", "w:gz") as archive:
        archive.add(folder, "model")
        archive.addfile(link)
    return path + ".tar.gz"


def climbing(path, facts):
    """A member whose name leads out of the folder."""
    depth = "../" * 30 + facts["marker"].lstrip("/")

    def add(archive):
        archive.writestr(depth, "written")
        archive.writestr(facts["marker"], "written")

    return _zipped(saved_model(path + "-plain"), path + ".zip", add)


def climbing_in_keras_file(path, facts):
    path = keras_file(path, tensorflow().keras.layers.Dense(2))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("assets/" + "../" * 30 + facts["marker"].lstrip("/"), "written")
    return path


def device(path, facts):
    folder = saved_model(path + "-plain")
    pipe = tarfile.TarInfo("model/assets/pipe")
    pipe.type = tarfile.FIFOTYPE
    with tarfile.open(path + ".tar.gz", "w:gz") as archive:
        archive.add(folder, "model")
        archive.addfile(pipe)
    return path + ".tar.gz"


def link_in_a_folder(path, facts):
    """An asset that is a link: the model gives what is there as its output."""
    tf = tensorflow()
    module = tf.Module()
    own = os.path.join(os.path.dirname(path), "asset.txt")
    with open(own, "w") as file:
        file.write("sound")
    module.asset = tf.saved_model.Asset(own)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def serve(x):
        return {"read": tf.io.read_file(module.asset), "y": x}

    tf.saved_model.save(module, path, signatures={"serving_default": serve})
    os.unlink(os.path.join(path, "assets", "asset.txt"))
    os.symlink(facts["secret"], os.path.join(path, "assets", "asset.txt"))
    return path


def claims_four_gigabytes(path, facts):
    """A member that declares more than it holds."""
    path = keras_file(path, tensorflow().keras.layers.Dense(2))
    with open(path, "rb") as file:
        content = file.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("model.weights.h5").file_size.to_bytes(4, "little")
    with open(path, "wb") as file:
        file.write(content.replace(size, (0xFFFFFFF0).to_bytes(4, "little")))
    return path
