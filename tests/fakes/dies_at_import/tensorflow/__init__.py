"""A TensorFlow built for another processor."""

import os
import signal

print("The TensorFlow library was compiled to use AVX instructions", flush=True)
os.kill(os.getpid(), signal.SIGILL)
