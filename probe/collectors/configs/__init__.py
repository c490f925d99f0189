"""The parts of `configurations.py`. Python 3.7 syntax, like everything in this folder."""
