"""From what the caller named to files on this machine: addresses, downloads, archives."""
