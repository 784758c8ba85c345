"""Blobs of a registry by ranges of their bytes."""
