"""Releases and cells in few words: as ranges, which speak of tested releases only."""
