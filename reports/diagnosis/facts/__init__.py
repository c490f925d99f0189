"""Facts beside the words: of path, file, process and traceback."""
