"""From results to words: tables, summaries, files. Starts no process but through `matrix`."""
