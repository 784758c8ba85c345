"""containerd's store, read in place."""
