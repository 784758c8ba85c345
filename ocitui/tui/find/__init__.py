"""The search page, and the jump to a path."""
