"""From a model to results. The flow, and who does what:

options      the command line and `[tool.loadmatrix]`            -> Options
model/       what a path is, read as bytes                       -> ModelFacts
releases     `releases.toml`, the catalogue                      -> Release
interpreters the Pythons of this machine                         -> Interpreter
plan         models x releases x options, pure                   -> Plan of Cells and Checks
parallel     one inner nox, whose sessions are the cells (sessions)
cell_run     one cell: environments (installer, bytecode), then runner
runner       starts probes; watchdog limits them; events reads what they wrote -> Verification
outcomes     what became of a cell, on disk                      -> Outcome
results      plan left-joined with outcomes, verdicts, compare   -> ModelResult

Beside the flow: refresh (index, locking) keeps the catalogue, disk measures and empties the cache.
Imports go one way: noxfile -> reports -> matrix. The probe stands alone.
"""
