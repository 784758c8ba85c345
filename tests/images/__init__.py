"""Images for tests: real ones, made by skopeo, umoci and buildah, and hostile ones, made byte by byte."""
