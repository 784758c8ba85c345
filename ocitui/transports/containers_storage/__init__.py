"""The storage of podman, buildah and CRI-O, read in place."""
