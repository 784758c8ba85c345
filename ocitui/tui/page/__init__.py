"""What every page is built on, and the pages of help, text and the command palette."""
