"""From results to the report: diagnoses, summary, advice."""
