"""`ocitui diff`: compare two images, two layers, or two versions of a path."""
