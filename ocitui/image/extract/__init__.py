"""Writing files and folders of an image to disk, and nowhere outside the target."""
