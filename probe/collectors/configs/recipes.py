"""Small models, one for each class of Keras whose configuration is of interest.

Each is a function of Keras that gives a model; one that a release cannot make is left out there.
Layers stand in a model because some keep what they were built with in their configuration.
"""

RANKS = {0: (8,), 1: (8, 4), 2: (8, 8, 4), 3: (6, 6, 6, 2)}
# Layers by the rank of their input, with their arguments.
LAYERS = (
    (0, "Dense", (4,), {}),
    (0, "Dense", (4,), {"kernel_regularizer": "l2", "bias_constraint": "non_neg"}),
    (0, "Dense", (4,), {"activity_regularizer": "l1", "dtype": "float64"}),
    *((0, name, (), {}) for name in ("Flatten", "LeakyReLU", "PReLU", "ELU", "ReLU", "Softmax")),
    *((0, name, (), {}) for name in ("ThresholdedReLU", "Masking", "ActivityRegularization")),
    *((0, name, (0.3,), {}) for name in ("Dropout", "AlphaDropout", "GaussianDropout")),
    *((0, name, (0.3,), {"seed": 3}) for name in ("Dropout", "GaussianNoise")),
    (0, "GaussianNoise", (0.3,), {}),
    (0, "Activation", ("relu",), {}),
    (0, "ReLU", (6.0,), {}),
    (0, "LeakyReLU", (0.3,), {}),
    (0, "RepeatVector", (3,), {}),
    (0, "Reshape", ((2, 4),), {}),
    (0, "EinsumDense", ("ab,bc->ac",), {"output_shape": 4, "bias_axes": "c"}),
    (1, "Conv1D", (4, 3), {}),
    (2, "Conv2D", (4, 3), {}),
    (2, "Conv2D", (4, 3), {"groups": 2}),
    (3, "Conv3D", (4, 3), {}),
    (1, "Conv1DTranspose", (4, 3), {}),
    (2, "Conv2DTranspose", (4, 3), {}),
    (3, "Conv3DTranspose", (4, 3), {}),
    (1, "SeparableConv1D", (4, 3), {}),
    (2, "SeparableConv2D", (4, 3), {}),
    (1, "DepthwiseConv1D", (3,), {}),
    (2, "DepthwiseConv2D", (3,), {}),
    (1, "LocallyConnected1D", (4, 3), {}),
    (2, "LocallyConnected2D", (4, 3), {}),
    *((2, name, (), {}) for name in ("BatchNormalization", "MaxPooling2D", "AveragePooling2D")),
    *((2, name, (), {}) for name in ("GlobalAveragePooling2D", "GlobalMaxPooling2D")),
    *((2, name, (), {}) for name in ("ZeroPadding2D", "Cropping2D", "UpSampling2D")),
    *((1, name, (), {}) for name in ("MaxPooling1D", "AveragePooling1D", "LayerNormalization")),
    *((1, name, (), {}) for name in ("GlobalAveragePooling1D", "GlobalMaxPooling1D")),
    *((1, name, (), {}) for name in ("ZeroPadding1D", "Cropping1D", "UpSampling1D")),
    *((1, name, (), {}) for name in ("UnitNormalization", "RMSNormalization")),
    *((3, name, (), {}) for name in ("MaxPooling3D", "AveragePooling3D", "UpSampling3D")),
    *((3, name, (), {}) for name in ("GlobalAveragePooling3D", "GlobalMaxPooling3D")),
    *((3, name, (), {}) for name in ("ZeroPadding3D", "Cropping3D")),
    (2, "BatchNormalization", (), {"renorm": True}),
    (2, "BatchNormalization", (), {"synchronized": True}),
    (2, "experimental.SyncBatchNormalization", (), {}),
    (2, "GroupNormalization", (2,), {}),
    (2, "SpectralNormalization", (("Conv2D", (4, 3)),), {}),
    (1, "LayerNormalization", (), {"axis": [1, 2]}),
    (2, "AdaptiveAveragePooling2D", (2,), {}),
    *((1, name, (4,), {}) for name in ("LSTM", "GRU", "SimpleRNN")),
    (1, "LSTM", (4,), {"return_sequences": True, "dropout": 0.2, "unroll": True}),
    (1, "GRU", (4,), {"reset_after": False, "return_state": False}),
    (1, "LSTM", (4,), {"implementation": 1, "recurrent_activation": "hard_sigmoid"}),
    (1, "LSTM", (4,), {"time_major": False}),
    (1, "Bidirectional", (("LSTM", (3,)),), {}),
    (1, "TimeDistributed", (("Dense", (3,)),), {}),
    *((1, "RNN", ((name, (3,)),), {}) for name in ("LSTMCell", "GRUCell", "SimpleRNNCell")),
    (1, "Permute", ((2, 1),), {}),
    (1, "SpatialDropout1D", (0.3,), {}),
    (2, "SpatialDropout2D", (0.3,), {}),
    (3, "SpatialDropout3D", (0.3,), {}),
    (2, "Rescaling", (0.5,), {}),
    (2, "Resizing", (4, 4), {}),
    (2, "CenterCrop", (4, 4), {}),
    (2, "RandomCrop", (4, 4), {}),
    (2, "RandomFlip", (), {}),
    *((2, name, (0.1,), {}) for name in ("RandomRotation", "RandomZoom", "RandomContrast")),
    *((2, name, (0.1,), {}) for name in ("RandomBrightness", "RandomHeight", "RandomWidth")),
    (2, "RandomTranslation", (0.1, 0.1), {}),
)
INITIALIZERS = (
    *("zeros", "ones", "glorot_uniform", "glorot_normal", "he_normal", "he_uniform"),
    *("lecun_normal", "lecun_uniform", "orthogonal", "random_normal", "random_uniform"),
    *("truncated_normal", "variance_scaling", "constant"),
)
MERGES = ("Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract", "Concatenate")
OF_TEXT = (
    ("Hashing", (5,), {}, "string"),
    ("StringLookup", (), {"vocabulary": ["a", "b"]}, "string"),
    ("IntegerLookup", (), {"vocabulary": [1, 2]}, "int64"),
    ("TextVectorization", (), {"vocabulary": ["a", "b"], "output_sequence_length": 4}, "string"),
    ("CategoryEncoding", (), {"num_tokens": 5}, "int64"),
    ("Discretization", (), {"bin_boundaries": [0.1, 0.5]}, "float32"),
    ("Normalization", (), {"mean": [1.0], "variance": [2.0]}, "float32"),
    ("Embedding", (20, 4), {}, "int64"),
    ("Embedding", (20, 4), {"mask_zero": True}, "int64"),
    ("Embedding", (20, 4), {"input_length": 1}, "int64"),
)


def made(keras, name, arguments, named):
    """A layer; an argument that is a name with arguments is a layer inside it."""
    place = keras.layers
    for part in name.split("."):
        here = getattr(place, part, None)
        place = here or getattr(place.experimental.preprocessing, part)
    inner = [
        made(keras, one[0], one[1], {})
        if isinstance(one, tuple) and isinstance(one[0], str)
        else one
        for one in arguments
    ]
    return place(*inner, **named)


def around(keras, layer, shape, dtype="float32", inputs=1):
    tensors = [keras.Input(shape=shape, dtype=dtype) for _ in range(inputs)]
    return keras.Model(tensors, layer(tensors if inputs > 1 else tensors[0]))


def adapted(keras, name, data, dtype):
    layer = made(keras, name, (), {})
    layer.adapt(data)
    return around(keras, layer, (1,), dtype)


def recurrent(keras, name):
    return around(keras, made(keras, name, (2, 3), {}), (3, 8, 8, 8, 2)[: int(name[-2]) + 1] + (2,))


def attended(keras, name, arguments, separate):
    one, other = keras.Input(shape=(8, 4)), keras.Input(shape=(8, 4))
    layer = made(keras, name, arguments, {})
    return keras.Model([one, other], layer(one, other) if separate else layer([one, other]))


def mixed(keras):
    policies = keras.mixed_precision
    policy = getattr(policies, "Policy", None) or policies.experimental.Policy
    return around(keras, keras.layers.Dense(4, dtype=policy("mixed_float16")), (8,))


def computed(keras):
    tensor = keras.Input(shape=(8,))
    return keras.Model(tensor, keras.layers.Dense(3)(tensor[:, 2:] + 1.0))


def nested(keras):
    inner = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
    return around(keras, inner, (8,))


def models(keras, numpy):
    """A function for each model."""
    for rank, name, arguments, named in LAYERS:
        yield lambda n=name, a=arguments, k=named, r=rank: around(
            keras, made(keras, n, a, k), RANKS[r]
        )
    for name, arguments, named, dtype in OF_TEXT:
        yield lambda n=name, a=arguments, k=named, d=dtype: around(
            keras, made(keras, n, a, k), (1,), d
        )
    for name in INITIALIZERS:
        yield lambda n=name: around(keras, keras.layers.Dense(4, kernel_initializer=n), (8,))
    for name in ("l1", "l2", "l1_l2", "orthogonal_regularizer"):
        yield lambda n=name: around(keras, keras.layers.Dense(4, kernel_regularizer=n), (8,))
    for name in ("max_norm", "min_max_norm", "non_neg", "unit_norm", "radial_constraint"):
        yield lambda n=name: around(keras, keras.layers.Dense(4, kernel_constraint=n), (8,))
    for name in MERGES:
        yield lambda n=name: around(keras, made(keras, n, (), {}), (8,), inputs=2)
    yield lambda: around(keras, keras.layers.Dot(1), (8,), inputs=2)
    for name in ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"):
        yield lambda n=name: recurrent(keras, n)
    for name in ("Attention", "AdditiveAttention"):
        yield lambda n=name: attended(keras, n, (), separate=False)
    yield lambda: attended(keras, "MultiHeadAttention", (2, 4), separate=True)
    yield lambda: attended(keras, "GroupQueryAttention", (4, 4, 2), separate=True)
    yield lambda: around(
        keras,
        keras.layers.RNN([keras.layers.LSTMCell(3), keras.layers.GRUCell(2)]),
        (8, 4),
    )
    words, numbers = numpy.array([["a"], ["b"]]), numpy.ones((9, 1), "float32")
    yield lambda: adapted(keras, "StringLookup", words, "string")
    yield lambda: adapted(keras, "TextVectorization", words, "string")
    yield lambda: adapted(keras, "IntegerLookup", numbers.astype("int64"), "int64")
    yield lambda: adapted(keras, "Normalization", numbers, "float32")
    yield lambda: mixed(keras)
    yield lambda: computed(keras)
    yield lambda: nested(keras)
