"""Coverage-guided fuzzing of all that reads what a stranger wrote: ``python -m tests.fuzz``."""
