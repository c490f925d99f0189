"""Rules for Keras: files, configs, weights, and models that it cannot build."""
