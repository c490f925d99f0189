"""Predicts what loaders will do with a model, from its bytes alone: see docs/prediction.md."""
