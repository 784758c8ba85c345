"""The common interface of a layer alone and of layers over each other: files to look up, list and read."""
