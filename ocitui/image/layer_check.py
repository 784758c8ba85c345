"""What is wrong with a layer, and what is odd, once its bytes were read."""

from ocitui.image.image import Layer
from ocitui.layers.compression import disagreement
from ocitui.layers.summary import LayerSummary


def layer_problems(layer: Layer, summary: LayerSummary) -> tuple[str, ...]:
    """Its damages, and a diff ID that is not the config's; each names the layer.

    image-spec, Image Configuration: ``rootfs.diff_ids`` are the digests of the unpacked layers.
    """
    found = [f"{layer.title}: {damage}" for damage in summary.damages]
    expected, computed = layer.diff_id, summary.diff_id
    if expected is not None and computed is not None and expected.algorithm == computed.algorithm:
        found += [f"{layer.title}: expected diff ID {expected}, found {computed}"] if expected != computed else []
    return tuple(found)


def layer_notes(layer: Layer, summary: LayerSummary) -> tuple[str, ...]:
    """What is odd and does no harm: of the tar, and a media type that disagrees with the bytes."""
    said = disagreement(layer.descriptor.media_type, summary.compression)
    return (*((said,) if said else ()), *summary.notes)
