"""Companion packages with real models, measured."""
