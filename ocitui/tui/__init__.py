"""The Textual app: what is drawn, never how anything is parsed."""
