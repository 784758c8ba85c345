"""The timeline of a path through all layers."""
