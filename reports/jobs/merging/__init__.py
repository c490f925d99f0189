"""`nox -s report` of runs in parts: one of them again, or several and shards as one."""
