"""Remedies of a report: what the run tried, and advice held against what it measured."""
