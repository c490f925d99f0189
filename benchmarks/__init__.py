"""What `nox -s bench` and `nox -s agreement` run."""

import os

# Whatever is measured here is measured, in every process that it starts.
os.environ["LOADMATRIX_KNOWN"] = "off"
