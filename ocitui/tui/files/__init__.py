"""The tree of files: of a layer, or merged."""
