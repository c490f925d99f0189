"""Requirements, known failures and an earlier report: what decides the exit code."""
