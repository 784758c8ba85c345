"""The subcommands, one file each: text and JSON on standard output.

A command is a function that returns the exit code: 0, 1 for "no", 2 for "could not do
it". What cannot be done at all is raised as an `ocitui.errors.OcituiError`;
`ocitui.__main__.main` says it in one line on standard error. Nothing here imports the
screen before it is opened, and each command is imported only when it is used.
"""
