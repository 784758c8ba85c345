"""Scanning a layer blob into an index, in a process of its own."""
