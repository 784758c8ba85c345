"""How commands write: text on a terminal or into a pipe, and JSON."""
