"""What maintainers start in each release: it lists what the release knows and says."""
