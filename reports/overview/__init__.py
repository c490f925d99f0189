"""Many models at a glance: where each works, what stands in its way, which share an obstacle."""
