"""What Keras makes of its files, release by release."""
