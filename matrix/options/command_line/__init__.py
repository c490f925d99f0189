"""How the command line of a session is declared, and what its help says."""
