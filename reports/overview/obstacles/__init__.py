"""What stands in the way of models, why, and what helps."""
