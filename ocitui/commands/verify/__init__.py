"""`ocitui verify`: check that an image is intact."""
