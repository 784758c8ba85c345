"""The main screen, which links the four panes of an image."""
