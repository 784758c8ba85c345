"""The subcommands: text and JSON on standard output, without a screen."""
