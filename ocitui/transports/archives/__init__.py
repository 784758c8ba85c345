"""Archives that hold images, read in place, or a copy of them where they cannot be."""
