"""Images that are measured."""
