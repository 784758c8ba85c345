"""The base of every page, and the pages of help, text and the command palette."""
