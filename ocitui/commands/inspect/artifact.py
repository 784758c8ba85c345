"""An artifact in the output of ``ocitui inspect``: its type, and what it holds."""

from collections.abc import Iterator

from ocitui.commands.opened.place import problems_of
from ocitui.commands.output import terminal
from ocitui.commands.output.facts import section_lines
from ocitui.commands.output.json import JsonObject, text_or_null
from ocitui.commands.output.styled import Style, styled
from ocitui.display import NOT_SET, format_size, printable
from ocitui.errors import BLOB_MISSING
from ocitui.image.artifacts.describe import describe_contents
from ocitui.image.documents.summary import Section, describe
from ocitui.image.image import Image, Layer
from ocitui.image.words import artifact_text
from ocitui.spec.descriptor import ANNOTATION_TITLE
from ocitui.transports.transport import Transport


def describe_artifact(artifact: Image, transport: Transport) -> Iterator[str]:
    """An artifact as people read it: what it is, what is inside, its manifest, and each of its blobs."""
    width = terminal.terminal_width()
    words = [printable(artifact.node.tag), artifact_text(artifact.node), f"{format_size(artifact.size)} stored"]
    yield ""
    yield f"* {'  '.join(filter(None, words))}"
    for section in [*describe_contents(artifact, transport), *describe(artifact.node, artifact)]:
        yield from section_lines(section, width)
    yield ""
    yield styled("blobs", Style.HEADING)
    rows = [["#", "stored", "digest", "media type", "title"]]
    rows += [_cells(artifact, layer) for layer in artifact.layers]
    lines = terminal.columns(rows, frozenset({0, 1}))
    yield terminal.dim(lines[0])
    for layer, line in zip(artifact.layers, lines[1:], strict=True):
        yield line
        for name, value in layer.descriptor.annotations.items():
            if name != ANNOTATION_TITLE:
                yield from terminal.wrap("     ", printable(f"{name}={value}"), width)


def _cells(artifact: Image, layer: Layer) -> list[str]:
    descriptor = layer.descriptor
    missing = f"  ({BLOB_MISSING})" if artifact.layer_node(layer.number).is_missing else ""
    media_type = printable(descriptor.media_type) or NOT_SET
    size = format_size(descriptor.size)
    return [str(layer.number), size, descriptor.short, media_type, printable(descriptor.title) + missing]


def artifact_object(artifact: Image, transport: Transport) -> JsonObject:
    """An artifact as ``--json`` has it."""
    node = artifact.node
    return {
        "digest": text_or_null(node.digest),
        "tag": node.tag,
        "artifactType": artifact.manifest.kind_name,
        "name": artifact.manifest.artifact.name if artifact.manifest.artifact is not None else None,
        "size": artifact.size,
        "annotations": dict(artifact.manifest.annotations),
        "contents": contents_objects(artifact, transport),
        "blobs": [_blob_object(artifact, layer) for layer in artifact.layers],
    }


def contents_objects(image: Image, transport: Transport) -> list[JsonObject]:
    """Return the insides of an artifact, or of an image that is more than one, as ``--json`` has it."""
    return [_section_object(section) for section in describe_contents(image, transport)]


def _section_object(section: Section) -> JsonObject:
    facts = [{"label": fact.label, "value": fact.value, "problem": fact.is_problem} for fact in section.facts]
    return {"title": section.title, "facts": facts}


def _blob_object(artifact: Image, layer: Layer) -> JsonObject:
    node, descriptor = artifact.layer_node(layer.number), layer.descriptor
    return {
        "number": layer.number,
        "title": descriptor.title or None,
        "digest": text_or_null(descriptor.digest),
        "mediaType": descriptor.media_type,
        "size": descriptor.size,
        "annotations": dict(descriptor.annotations),
        "missing": node.is_missing,
        "problems": list(problems_of(node)),
    }
