"""Credentials, where they are kept, and the tokens that they are exchanged for."""
