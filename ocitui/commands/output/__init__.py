"""The output of commands: text on a terminal or into a pipe, and JSON."""
