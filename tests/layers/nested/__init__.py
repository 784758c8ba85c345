"""Archives in layers."""
