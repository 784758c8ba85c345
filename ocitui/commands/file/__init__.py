"""``ocitui file``: what files are, and what they say of themselves."""
