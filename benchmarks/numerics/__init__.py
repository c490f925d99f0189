"""How far outputs differ between releases, measured."""
