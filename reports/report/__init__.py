"""The report as typed values, which every format renders."""
