"""The viewer of a file: text, JSON or hex."""
