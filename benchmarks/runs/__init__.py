"""Whole runs of the job, compared with what they cannot do without."""
