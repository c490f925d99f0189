"""Loadmatrix: in which TensorFlow releases does a model load and run, and why not in the others?"""
