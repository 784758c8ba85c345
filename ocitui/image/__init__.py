"""Layers together: history against layers, the merged tree, provenance, search."""
