"""Cells that run on other machines: what is sent there, how it is run, and what comes back.

Nothing here knows what carries it. An engine gives a `Unit` and its `SharedValue` to `perform` in a
`UnitProcess` of a machine, and what that returns to `take`.
"""
