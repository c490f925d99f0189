"""From a path or address to files on this machine: downloads and archives."""
