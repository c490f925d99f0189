"""Lays the templates of messages over a text."""
