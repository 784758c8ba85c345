"""ocitui looks inside OCI container images, on the screen and in a pipe."""

__version__ = "0.1.0"
