"""What releases say when a wall refuses something, and whether it is known for what it is."""
