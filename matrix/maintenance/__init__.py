"""What `nox -s releases` runs: it refreshes the catalogue."""
