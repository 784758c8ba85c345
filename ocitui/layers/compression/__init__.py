"""Compressed streams: detecting, unpacking, and getting back into the middle of them."""
