"""Images that are more than images, told by its labels and annotations: a Flatpak, a bottle, a whole system."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ocitui.image.layer_numbers import layers_text

if TYPE_CHECKING:
    from ocitui.image.image import Image

FLAVOURS = {
    "Flatpak": ("label or annotation org.flatpak.ref", ""),
    "Homebrew bottle": ("annotation sh.brew.bottle.digest, or com.github.package.type=homebrew_bottle", ""),
    "bootable system (bootc, ostree)": ("label containers.bootc or ostree.bootable", ""),
    "ostree commit": ("label ostree.commit", ""),
    "chunked by rpm-ostree": ("annotation ostree.components of layers", ""),
    "Nydus": ("annotation containerd.io/snapshot/nydus-bootstrap of a layer", "RAFS 5 and 6"),
    "eStargz": ("annotation containerd.io/snapshot/stargz/toc.digest of a layer", ""),
    "zstd:chunked": ("annotation io.github.containers.zstd-chunked.manifest-checksum of a layer", ""),
}
"""The names of all that are recognised, what they are told by, and the versions of what is read of them."""

_OF_LAYERS = {
    "containerd.io/snapshot/nydus-bootstrap": "Nydus bootstrap",
    "containerd.io/snapshot/nydus-blob": "Nydus data",
    "containerd.io/snapshot/stargz/toc.digest": "eStargz",
    "io.github.containers.zstd-chunked.manifest-checksum": "zstd:chunked",
    "ostree.components": "chunked by rpm-ostree",
}

_PACKAGE_TYPE = "com.github.package.type"
_WITH_DOCUMENTS = ("org.flatpak.", "sh.brew.", "ostree.", "containers.bootc", "containerd.io/snapshot/nydus-")
"""The beginnings of labels and annotations by which an image has a main document of its own."""


def has_documents(image: "Image") -> bool:
    """True if an image may have a main document of its own, as a Flatpak does; see `artifacts.flavoured`."""
    said = said_of(image)
    of_layers = (name for layer in image.layers for name in layer.descriptor.annotations)
    return is_bottle(said) or any(name.startswith(_WITH_DOCUMENTS) for name in (*said, *of_layers))


def is_bottle(said: Mapping[str, str]) -> bool:
    """True if labels and annotations are those of a Homebrew bottle."""
    return bool(said.keys() & {"sh.brew.bottle.digest", "sh.brew.tab"}) or said.get(_PACKAGE_TYPE) == "homebrew_bottle"


def said_of(image: "Image") -> Mapping[str, str]:
    """Return annotations and labels together; what both have is as the label says."""
    return {**_annotations(image), **_labels(image)}


def _labels(image: "Image") -> Mapping[str, str]:
    return image.config.execution.labels if image.config is not None else {}


def _annotations(image: "Image") -> Mapping[str, str]:
    """The annotations of an image; those that its index gives it are last."""
    of_index = image.node.descriptor.annotations if image.node.descriptor is not None else {}
    return {**image.manifest.annotations, **of_index}


def flavours(image: "Image") -> Iterator[tuple[str, str]]:
    """Yield a name, and what is said of it: ``bootable system (bootc, ostree)``, ``kernel 6.8.5``; unsafe."""
    labels, annotations = _labels(image), _annotations(image)
    if ref := said_of(image).get("org.flatpak.ref"):
        yield "Flatpak", ref
    if "sh.brew.bottle.digest" in annotations or annotations.get(_PACKAGE_TYPE) == "homebrew_bottle":
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
