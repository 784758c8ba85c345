"""Engines: docker and podman, over their API."""
