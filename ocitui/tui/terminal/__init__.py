"""The ways in which Textual meets the terminal: driver, keys, clipboard, colours, background work."""
