"""Predicts what loaders will do with a model, from its bytes: docs/explanation/prediction.md."""
