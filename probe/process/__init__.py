"""The process of the probe: its streams, and the processes below it.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""
