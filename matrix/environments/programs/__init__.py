"""The programs of this machine that environments are built with: its Pythons, and uv."""
