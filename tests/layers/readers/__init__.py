"""One tar, four readers: ocitui, GNU ``tar``, ``bsdtar``, and Go's ``archive/tar`` by way of ``umoci``."""
