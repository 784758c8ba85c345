"""What reaches a terminal, and how it is left."""
