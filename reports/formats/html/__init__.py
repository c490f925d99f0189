"""The page `report.html`: one self-contained file that also works without scripts."""
