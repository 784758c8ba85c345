"""Images that want to be huge."""
