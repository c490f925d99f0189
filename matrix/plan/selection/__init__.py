"""Which releases, cells and checks of the catalogue a plan has."""
