"""The things that every command opens first: the image, its layers, their indexes."""
