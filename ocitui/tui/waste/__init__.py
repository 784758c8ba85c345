"""The page of waste."""
