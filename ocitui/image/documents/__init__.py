"""The documents of an image as a tree: what each is, and what people read in it."""
