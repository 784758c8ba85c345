"""Images that are more than images, told by its labels and annotations: a Flatpak, a bottle, a whole system."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ocitui.image.layer_numbers import layers_text

if TYPE_CHECKING:
    from ocitui.image.image import Image

FLAVOURS = {
    "Flatpak": "label org.flatpak.ref",
    "Homebrew bottle": "annotation sh.brew.bottle.digest, or com.github.package.type=homebrew_bottle",
    "bootable system (bootc, ostree)": "label containers.bootc or ostree.bootable",
    "ostree commit": "label ostree.commit",
    "chunked by rpm-ostree": "annotation ostree.components of layers",
    "Nydus": "annotation containerd.io/snapshot/nydus-bootstrap of a layer",
    "eStargz": "annotation containerd.io/snapshot/stargz/toc.digest of a layer",
    "zstd:chunked": "annotation io.github.containers.zstd-chunked.manifest-checksum of a layer",
}
"""The names of all that are recognised, and what they are told by."""

_OF_LAYERS = {
    "containerd.io/snapshot/nydus-bootstrap": "Nydus bootstrap",
    "containerd.io/snapshot/nydus-blob": "Nydus data",
    "containerd.io/snapshot/stargz/toc.digest": "eStargz",
    "io.github.containers.zstd-chunked.manifest-checksum": "zstd:chunked",
    "ostree.components": "chunked by rpm-ostree",
}


def flavours(image: "Image") -> Iterator[tuple[str, str]]:
    """Yield a name, and what is said of it: ``bootable system (bootc, ostree)``, ``kernel 6.8.5``; unsafe."""
    labels: Mapping[str, str] = image.config.execution.labels if image.config is not None else {}
    annotations = dict(image.manifest.annotations)
    if image.node.descriptor is not None:
        annotations |= image.node.descriptor.annotations
    if ref := labels.get("org.flatpak.ref"):
        yield "Flatpak", ref
    if "sh.brew.bottle.digest" in annotations or annotations.get("com.github.package.type") == "homebrew_bottle":
        words = (annotations.get(f"org.opencontainers.image.{name}", "") for name in ("title", "version"))
        yield "Homebrew bottle", " ".join(filter(None, words))
    if "containers.bootc" in labels or "ostree.bootable" in labels:
        kernel = labels.get("ostree.linux", "")
        version = labels.get("org.opencontainers.image.version") or labels.get("version", "")
        said = [f"version {version}" if version else "", f"kernel {kernel}" if kernel else "kernel not said"]
        yield "bootable system (bootc, ostree)", ", ".join(filter(None, said))
    if commit := labels.get("ostree.commit"):
        yield "ostree commit", commit
    for key, name in _OF_LAYERS.items():
        numbers = [layer.number for layer in image.layers if key in layer.descriptor.annotations]
        if numbers:
            yield name, layers_text(numbers)
