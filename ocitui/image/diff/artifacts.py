"""In what the manifests of two artifacts differ, beside their blobs."""

from collections.abc import Iterator

from ocitui.image.diff.config import ConfigDifference
from ocitui.image.image import Image


def compare_artifacts(before: Image, after: Image) -> tuple[ConfigDifference, ...]:
    """Compare types, configs by their digests, and annotations of two manifests."""
    old, new = dict(_fields(before)), dict(_fields(after))
    return tuple(
        ConfigDifference(*name, old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    )


def _fields(artifact: Image) -> Iterator[tuple[tuple[str, str], str]]:
    manifest = artifact.manifest
    yield ("type", ""), manifest.kind_name
    if manifest.config is not None:
        yield ("config", ""), f"{manifest.config.digest} ({manifest.config.media_type})"
    for name, value in manifest.annotations.items():
        yield ("annotation", name), value
