"""Verification: blobs against digests, layers against diff IDs, documents against the specification."""
