"""The rules of diagnosis, by family, and their order."""
