"""What is already known of a layer, without reading it."""

from ocitui.image.image import Layer
from ocitui.layers.summary import LayerSummary


def known_summary(layer: Layer) -> LayerSummary | None:
    """The summary of a layer whose index is in the cache; None where it is not."""
    return None
