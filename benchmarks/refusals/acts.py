"""Does what hostile and honest models do, behind walls, and tells what was raised.

Runs in an environment (Python 3.7 syntax). Standard input has a request: where the folders are, and
the walls of a probe, or none. Each act is done in a child; a line of JSON tells of each.
"""

import importlib
import json
import linecache
import os
import sys

# What each act is: the kind of the refusal, or `none` for an honest failure; its name; its code. V
# is a file in O, which lies outside; M is the model, S the scratch, A a file that is nowhere.
ACTS = """
read py_open: open(V).read()
read py_listdir: os.listdir(O)
read tf_readfile: tf.io.read_file(V)
read tf_readfile_graph: tf.function(lambda p: tf.io.read_file(p))(tf.constant(V))
read gfile_read: tf.io.gfile.GFile(V).read()
read gfile_listdir: tf.io.gfile.listdir(O)
read h5_open: h5py.File(O + "/w.h5", "r")
read sm_load: tf.saved_model.load(O + "/sm")
read sm_load_v1: tf.compat.v1.saved_model.load(tf.compat.v1.Session(graph=tf.Graph()), ["serve"], O + "/sm")
read keras_load_h5: tf.keras.models.load_model(O + "/w.h5")
read keras_load_keras: tf.keras.models.load_model(O + "/w.keras")
read keras_weights: dense().load_weights(O + "/w.weights.h5")
read lookup_table: table(V)
read string_lookup: lookup(vocabulary=V)
read np_load: np.load(O + "/a.npy")
read ckpt_load: tf.train.load_checkpoint(O + "/ck")
read ckpt_restore: tf.train.Checkpoint(v=tf.Variable(1.0)).restore(O + "/ck").assert_consumed()
read ckpt_op: tf.raw_ops.RestoreV2(prefix=O + "/ck", tensor_names=["a"], shape_and_slices=[""], dtypes=[tf.float32])
read text_lines: list(tf.data.TextLineDataset(V))
read tf_records: list(tf.data.TFRecordDataset(V))
read load_op: tf.load_op_library(O + "/lib.so")
read c_library: ctypes.CDLL(O + "/lib.so")
read link_in_model: open(M + "/link.txt").read()
read tflite: tf.lite.Interpreter(O + "/m.tflite")
read h5_external: h5py.File(M + "/external.h5", "r")["d"][:]
read h5_link: h5py.File(M + "/link.h5", "r")["l"]
write py_write: open(O + "/new.txt", "w").write("x")
write py_append: open(V, "a").write("x")
write py_mkdir: os.mkdir(O + "/new")
write py_makedirs: os.makedirs(O + "/new/b/c")
write py_remove: os.remove(V)
write py_rename: os.rename(V, O + "/x")
write py_copy: shutil.copy(M + "/mine.txt", O + "/copy.txt")
write py_temporary: tempfile.mkdtemp(dir=O)
write tf_write: tf.io.write_file(O + "/new.txt", "x")
write gfile_write: tf.io.gfile.GFile(O + "/new.txt", "w").write("x")
write gfile_makedirs: tf.io.gfile.makedirs(O + "/new/b")
write gfile_remove: tf.io.gfile.remove(V)
write np_save: np.save(O + "/new.npy", np.zeros(2))
write h5_create: h5py.File(O + "/new.h5", "w")
write ckpt_save: tf.train.Checkpoint(v=tf.Variable(1.0)).save(O + "/new-ck")
write ckpt_save_op: tf.raw_ops.SaveV2(prefix=O + "/new-ck", tensor_names=["a"], shape_and_slices=[""], tensors=[tf.constant(1.0)])
write into_model: open(M + "/new.txt", "w").write("x")
write into_model_tf: tf.io.write_file(M + "/new.txt", "x")
network urlopen: urllib.request.urlopen("https://example.com/x", timeout=5)
network connect: socket.create_connection(("127.0.0.1", 9), timeout=5)
network datagram: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 53))
network resolve: socket.getaddrinfo("example.com", 80)
network get_file: tf.keras.utils.get_file("x.txt", "https://example.com/x.txt", cache_dir=S)
network bucket: tf.io.read_file("gs://bucket/x.txt")
network bucket_model: tf.saved_model.load("gs://bucket/m")
network server: tf.distribute.Server.create_local_server()
network grpc: tf.config.experimental_connect_to_host("127.0.0.1:9")
program run: subprocess.run(["/bin/ls"], check=True)
program shell: subprocess.check_output("true", shell=True)
program popen: os.popen("true").close()
program execv: os.execv("/bin/true", ["true"])
process fork: os.fork() or os._exit(0)
process pool: multiprocessing.Pool(1)
process spawned: multiprocessing.get_context("fork").Process(target=print).start()
process kill: os.kill(PARENT, 0)
none unknown_layer: tf.keras.models.model_from_json('{"class_name": "Odd", "config": {}}')
none unknown_op: tf.raw_ops.NoSuchOp()
none no_module: __import__("no_such_module_at_all")
none corrupt_h5: h5py.File(M + "/corrupt.h5", "r")
none corrupt_model: tf.keras.models.load_model(M + "/corrupt.h5")
none external_gone: h5py.File(M + "/external-gone.h5", "r")["d"][:]
none file_url: urllib.request.urlopen("file://" + A)
"""
# Honest failures of the same form: a file that is not there, outside and in the model.
_READS = """
py_open: open(P).read()
tf_readfile: tf.io.read_file(P)
gfile_read: tf.io.gfile.GFile(P).read()
h5_open: h5py.File(P, "r")
sm_load: tf.saved_model.load(P)
keras_load: tf.keras.models.load_model(P)
ckpt_load: tf.train.load_checkpoint(P)
np_load: np.load(P)
text_lines: list(tf.data.TextLineDataset(P))
load_op: tf.load_op_library(P)
lookup_table: table(P)
tflite: tf.lite.Interpreter(P)
"""


def acts(folders):
    """(kind or None, name, code, the value of P) of every act."""
    for line in ACTS.strip().splitlines():
        head, _, code = line.partition(": ")
        kind, name = head.split()
        yield None if kind == "none" else kind, name, code, None
    for where in ("outside", "model", "nowhere"):
        for line in _READS.strip().splitlines():
            name, _, code = line.partition(": ")
            path = folders.get(where, "/nowhere/at/all") + "/absent.txt"
            yield None, "%s_absent_%s" % (name, where), code, path


def names(request):
    """What the code of acts may use."""
    modules = ("ctypes", "h5py", "multiprocessing", "os", "shutil", "socket", "subprocess")
    scope = {name: importlib.import_module(name) for name in (*modules, "tempfile")}
    importlib.import_module("urllib.request")
    tf = importlib.import_module("tensorflow")
    scope.update(urllib=sys.modules["urllib"], np=importlib.import_module("numpy"), tf=tf)

    def table(path):
        kinds = (tf.string, tf.lookup.TextFileIndex.WHOLE_LINE)
        kinds += (tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER)
        return tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(path, *kinds), -1)

    def dense():
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.build((None, 1))
        return model

    layers = tf.keras.layers
    lookup = getattr(layers, "StringLookup", None)
    lookup = lookup or layers.experimental.preprocessing.StringLookup
    scope.update(table=table, dense=dense, lookup=lookup)
    folders = request["folders"]
    scope.update(O=folders["outside"], M=folders["model"], S=folders["scratch"])
    scope.update(V=folders["outside"] + "/vocab.txt", A="/nowhere/at/all.txt")
    scope["PARENT"] = request["walls"]["parent"]
    return scope


def raised(code, scope, library):
    """What an act raises: as code of a library, with its source at hand, or as a bare lambda."""
    name = "/code/layer.py" if library else "<lambda>"
    if library:
        linecache.cache[name] = (len(code), None, [code + "\n"], name)
    try:
        exec(compile(code, name, "exec"), scope)
    except BaseException as error:
        return error
    return None


def done(request, code, scope, library, log):
    """What came of an act in a child: the exception, how it died, or nothing at all."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        import signal

        from events import described
        from walls import raise_inner

        os.dup2(log, 1)
        os.dup2(log, 2)
        signal.alarm(20)
        walls, folders = request["walls"], request["folders"]
        raise_inner(walls, walls["readable"], folders["scratch"])
        error = raised(code, scope, library)
        os.write(writing, json.dumps(error and described(error)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as stream:
        said = stream.read()
    _, status = os.waitpid(pid, 0)
    return {"error": json.loads(said)} if said else {"died": status}


def main():
    request = json.load(sys.stdin)
    sys.path.insert(0, request["probe"])
    log = os.open(os.path.join(request["folders"]["scratch"], "log.txt"), os.O_RDWR | os.O_CREAT)
    os.dup2(log, 2)
    scope = names(request)
    for kind, name, code, path in acts(request["folders"]):
        for library in (True, False):
            os.ftruncate(log, 0)
            os.lseek(log, 0, os.SEEK_SET)
            found = done(request, code, dict(scope, P=path), library, log)
            if "died" in found:
                found["log"] = last_words(log)
            told = dict(found, name=name, kind=kind, library=library)
            print(json.dumps(told), flush=True)


def last_words(log):
    size = os.fstat(log).st_size
    os.lseek(log, max(0, size - 5000), os.SEEK_SET)
    return "\n".join(os.read(log, 5000).decode("utf-8", "replace").splitlines()[-12:])


if __name__ == "__main__":
    main()
