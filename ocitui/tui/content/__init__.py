"""The viewer's knowledge of the contents of a file: its kind, its lines, what is found in it. No widget.

Nothing here holds more of a file than was asked for, so that one of gigabytes opens like
one of a few lines.
"""
