"""What talks to other machines: here to a listener of the harness on the loopback."""

from common import saved_model, tensorflow


def data_service(path, facts):
    """A dataset that a server is asked for."""
    tf = tensorflow()

    def call(x):
        options = {
            "dataset_id": tf.constant(0, tf.int64),
            "processing_mode": "parallel_epochs",
            "address": facts["address"],
            "protocol": "grpc",
            "job_name": "",
            "max_outstanding_requests": tf.constant(1, tf.int64),
            "iteration_counter": tf.raw_ops.DummyIterationCounter(),
            "output_types": [tf.float32],
            "output_shapes": [[]],
        }
        numbers = tf.raw_ops.DataServiceDataset(**options)
        dataset = tf.data.experimental.from_variant(numbers, tf.TensorSpec([], tf.float32))
        return {"y": x, "read": dataset.reduce(0.0, lambda a, b: a + b)}

    return saved_model(path, call=call)


def debugger(path, facts):
    """The debugger's op sends tensors to the address that a URL names."""
    tf = tensorflow()

    def load():
        one = tf.raw_ops.DebugIdentity(
            input=tf.random.uniform([1]),
            tensor_name="a:0",
            debug_urls=["grpc://" + facts["address"]],
        )
        tf.print(one)

    return saved_model(path, load=load)


def rpc_client(path, facts):
    tf = tensorflow()
    from tensorflow.distribute.experimental.rpc.kernels import gen_rpc_ops

    def load():
        gen_rpc_ops.rpc_client(
            server_address=facts["address"],
            timeout_in_ms=tf.constant(2000, tf.int64),
            list_registered_methods=True,
        )

    return saved_model(path, load=load)


def rpc_server(path, facts):
    """Listens for whoever comes."""
    tf = tensorflow()
    from tensorflow.distribute.experimental.rpc.kernels import gen_rpc_ops

    def load():
        server = gen_rpc_ops.rpc_server(server_address=facts["free_address"])
        gen_rpc_ops.rpc_server_start(server)
        tf.io.write_file(facts["marker"], "listens")

    return saved_model(path, load=load)


def _get_file(facts):
    from tensorflow import keras

    # Its own folder is the caller's HOME; what is asked for matters, not what comes.
    keras.utils.get_file("marker", "http://%s/model" % facts["address"])


def get_file(path, facts):
    from common import lambda_h5

    return lambda_h5(path, _get_file, facts)


def _by_datagram(facts):
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(open(facts["secret"], "rb").read(), ("127.0.0.1", facts["port"]))


def datagram(path, facts):
    from common import lambda_h5

    return lambda_h5(path, _by_datagram, facts)


def _by_stream(facts):
    import socket

    with socket.create_connection(("127.0.0.1", facts["port"]), 5) as sender:
        sender.sendall(b"hello")


def stream(path, facts):
    from common import lambda_h5

    return lambda_h5(path, _by_stream, facts)


def _by_ipv6(facts):
    import socket

    with socket.create_connection(("::ffff:127.0.0.1", facts["port"]), 5) as sender:
        sender.sendall(b"hello")


def ipv6_stream(path, facts):
    from common import lambda_h5

    return lambda_h5(path, _by_ipv6, facts)


def _by_path(facts):
    import socket

    with socket.socket(socket.AF_UNIX) as sender:
        sender.connect(facts["socket"])
        sender.sendall(b"hello")


def local_socket(path, facts):
    """As the socket of Docker or of an agent would be."""
    from common import lambda_h5

    return lambda_h5(path, _by_path, facts)


def _by_abstract_name(facts):
    import socket

    with socket.socket(socket.AF_UNIX) as sender:
        sender.connect("\0" + facts["abstract"])
        sender.sendall(b"hello")


def abstract_socket(path, facts):
    from common import lambda_h5

    return lambda_h5(path, _by_abstract_name, facts)
