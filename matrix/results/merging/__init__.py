"""Several stored runs become one: of the same models, of shards of a list, or both."""
