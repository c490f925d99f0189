"""What a run will cost, told before it: from what this machine has measured, or from defaults."""
