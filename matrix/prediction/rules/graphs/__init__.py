"""Rules about graphs: SavedModels, MetaGraphs, GraphDefs."""
