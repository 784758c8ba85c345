"""Verifying on the screen, and the page of findings."""
