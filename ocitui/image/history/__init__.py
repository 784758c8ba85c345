"""History entries: which layer each made, and what its instruction says."""
