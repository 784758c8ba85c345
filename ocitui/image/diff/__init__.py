"""Differences between two images, two layers, or two versions of a file."""
