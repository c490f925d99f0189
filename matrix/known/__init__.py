"""What earlier runs have measured: kept in the cache of the user, so that it is not done again."""
