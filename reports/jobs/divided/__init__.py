"""A run that is divided into parts: many models, or a shard of them."""
