"""Why a model does not load: facts of a failure, rules over them, one diagnosis."""
