"""The screen in a browser: the server, its page, and the driver of a screen that it starts."""
