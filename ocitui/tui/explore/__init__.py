"""The main screen: the four panes of an image."""
