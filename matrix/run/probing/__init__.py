"""Starts probes, talks with them, limits them and keeps what they say."""
