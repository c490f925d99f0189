"""From results to text: tables, summaries, files. Starts processes only through `matrix`."""
