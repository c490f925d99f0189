"""The models of a call: those named one by one, those of lists, and which of them a shard has."""
