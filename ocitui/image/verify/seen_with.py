"""The programs that findings speak of, as far as they were seen to do what is said of them."""

SEEN_WITH = {
    "umoci": "0.4.7",
    "containerd": "1.6.20 with overlayfs",
    "buildah": "1.28.2",
    "containers/storage": "1.43 with the drivers vfs and overlay",
}
"""The version of each program: ``tests/image/verify/unpacker_cases.py`` has what it did."""
