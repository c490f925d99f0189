"""The command lines of jobs, apart from them: a help is read without what its job imports."""
