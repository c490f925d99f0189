"""What `nox -s bench` and `nox -s agreement` run."""
