"""The main job as `loadmatrix.run` has it done: in a process of its own, which answers."""
