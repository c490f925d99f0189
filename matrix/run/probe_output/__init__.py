"""What a probe writes, read once: lines become types, and nothing else is believed."""
