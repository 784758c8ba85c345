"""The places that blobs can live in: one file for each transport."""
