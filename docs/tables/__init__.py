"""What the reference takes from the code: tables of options, verdicts, loaders, codes and fields.

Pages have them between `[[[cog` and `[[[end]]]`; `python -m docs.tables` makes them again, and a
test compares them with the code.
"""
