"""The rules of prediction; `all.py` has their order."""
