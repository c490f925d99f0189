"""From a model to results. The flow, as a table of contents:

options/       the command line and `[tool.loadmatrix]`              -> Options
catalogue/     what exists: releases, locks, Keras, companions       -> Release, Cell
model/         a path, read as bytes                                 -> Inspection
plan/          models x releases x options, pure                     -> Plan of cells and checks
environments/  a cell                                                -> Python of an environment
inputs/        what models are fed
run/           a plan, run by an executor, cell by cell              -> Outcome
known/         what models answered in earlier runs                  -> Outcome
results/       the plan joined with the outcomes, compared           -> ModelResult
maintenance/   keeps the catalogue up to date (`nox -s releases`)

Imports go one way: noxfile -> reports -> matrix. The probe stands alone.
"""
