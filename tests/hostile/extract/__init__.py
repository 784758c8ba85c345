"""Images that try to reach out of the folder they are extracted to."""
