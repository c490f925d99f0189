"""What predictions need to know of a model beyond its facts, read while its files are open."""
