"""The OCI documents as frozen values: parsing bytes and nothing else."""
