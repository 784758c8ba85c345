"""The start screen: images to choose from, and opening another."""
