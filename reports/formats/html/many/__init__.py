"""The page of a run of many models: an overview, and a file for each model, loaded when opened."""
