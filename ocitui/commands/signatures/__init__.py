"""``ocitui signatures``: who signed an image."""
