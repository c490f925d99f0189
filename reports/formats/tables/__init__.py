"""How a table comes into few lines and into the width of a terminal, and how it is coloured."""
