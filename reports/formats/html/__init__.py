"""The page, `report.html`: one self-contained file, readable without scripts, better with."""
