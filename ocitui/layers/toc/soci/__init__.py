"""Ztocs: the tables of contents that SOCI keeps in blobs of their own.

Implements awslabs/soci-snapshotter: ztoc/fbs/ztoc.fbs (a ztoc is a FlatBuffer), ztoc/compression
(checkpoints and spans), and docs/soci-index-manifest-v2.md (how one is found).
"""
