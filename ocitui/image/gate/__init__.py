"""The gate: rules that an image has to keep, read from a file, and what they say of it.

`dive_file` reads dive's ``.dive-ci``, `settings` reads ``.ocitui.toml``; both give `Rule`
objects, which judge a `Subject` and say so in a `Verdict`.
"""
