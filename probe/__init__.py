"""What runs in the environments under test; `values.py` is used at home as well."""
