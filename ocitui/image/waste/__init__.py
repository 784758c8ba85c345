"""Waste: bytes that are stored and not in the final filesystem, and why."""
