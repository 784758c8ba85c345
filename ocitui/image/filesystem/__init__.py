"""What a layer alone and layers over each other both are: files to look up, list and read."""
