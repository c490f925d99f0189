"""Runs of many models are divided into parts, each an ordinary run with a results folder."""
