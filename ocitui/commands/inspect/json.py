"""The output of ``ocitui inspect --json``.

::

    {"schemaVersion": 1,
     "place": "./local_nginx", "reference": "./local_nginx:latest",
     "problems": ["…"],
     "asked": of a registry, the hosts that were asked: [{"host", "for": "registry|token|blobs"}], else left out,
     "tree": NODE,
     "image": IMAGE or null, "artifact": ARTIFACT or null, of which one is null at least}

    NODE   {"kind": "index|image|attestation|artifact|config|layer|blob", "name", "tag",
            "platform": "linux/amd64" or null, "descriptor": DESCRIPTOR or null,
            "missing": false, "unread": true where a registry was not asked for it, else left out,
            "problems": [], "children": [NODE, …]}
    IMAGE  {"digest", "tag", "platform", "size": bytes of all layers,
            "annotations": of the manifest, "config": the document itself or null,
            "layers": [LAYER, …], "history": [ROW, …], "historyProblems": [],
            "root": {"layer": number, "mode": "0755", "uid", "gid"}, or null where no layer says it or none was read,
            "bases": [BASE, …], the one with the most layers first,
            "contents": [SECTION, …], the main documents of a Flatpak, a bottle, a bootable system, of Nydus}
    BASE   an image that this one is known, or said, to be built on: {"name" or null, "digest": by which it is named,
            or null, "layers": how many of the lowest it is, or null where that is not known,
            "evidence": ["layers|annotation|provenance|shared layers", …], the last where it has other layers above,
            "seenIn": the reference by which it was opened, "seenOn": "2027-05-12", or null}
    LAYER  {"number": from 1, "digest", "diffID", "mediaType", "size", "missing", "problems",
            "unpackedSize", "entries", "files": null where the layer was never read, the first where only its table
            of contents was,
            "restsOn": {"source": "scan|eStargz|zstd:chunked|SOCI|SOCI v1", "digest": of the table, of a scan of that
            which the layer was compared with, or null}, or null likewise,
            "origin": ORIGIN}
    ORIGIN what made a layer: {"certainty": "certain|one of several|no entry|cannot be told",
            "candidates": [positions of entries in the config's history, from 0],
            "reason": why it is not just the entry in its place, or "",
            "base": the image whose files it holds, too, or null}
    ARTIFACT
           {"digest", "tag", "artifactType": or the media type of its config where that says it, "name": of that type,
            as people call it, or null, "contents": [SECTION, …], "size": bytes of all blobs,
            "annotations": of the manifest, "blobs": [BLOB, …]}
    SECTION what is inside of it, as the text says it: {"title", "facts": [{"label", "value", "problem"}, …]}; a fact
            without a label goes on with the one before
    BLOB   {"number": from 1, "title" or null, "digest", "mediaType", "size", "annotations", "missing", "problems"}
    ROW    {"position": in the config's history, from 0, or null, "layer": number or null,
            "possibleLayers": [numbers of those that it may have made, alone or with others],
            "emptyLayer", "created", "createdBy", "instruction", "comment", "author"}

A descriptor is as image-spec has it. Fields are added without a new ``schemaVersion``;
none changes its meaning or goes without one.
"""

import base64
from collections.abc import Sequence

from ocitui.commands.opened.layer_index import known_root
from ocitui.commands.opened.place import Place, problems_of
from ocitui.commands.output.bases import base_object
from ocitui.commands.output.json import SCHEMA_VERSION, JsonObject, text_or_null
from ocitui.commands.output.layer_fields import layer_object, row_object
from ocitui.errors import DocumentError
from ocitui.image.documents.flavours import has_documents
from ocitui.image.image import Image
from ocitui.image.known_bases import KnownBase
from ocitui.image.node import Node, NodeKind
from ocitui.spec.descriptor import Descriptor
from ocitui.spec.document import load_json
from ocitui.spec.platform import Platform
from ocitui.transports.transport import Speaks, Transport


def place_object(place: Place) -> JsonObject:
    """The place, and the tree from what the reference names."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "place": place.transport.place,
        "reference": place.reference.text,
        "problems": place.problems(),
        **_asked_object(place.transport),
        "tree": node_object(place.start),
    }


def _asked_object(transport: Transport) -> JsonObject:
    if not isinstance(transport, Speaks):
        return {}
    return {"asked": [{"host": host, "for": what} for host, what in transport.asked.items()]}


def node_object(node: Node) -> JsonObject:
    """A node of the tree and all below it."""
    return {
        "kind": node.kind.value,
        "name": node.name,
        "tag": node.tag,
        "platform": text_or_null(node.platform),
        "descriptor": descriptor_object(node.descriptor) if node.descriptor is not None else None,
        "missing": node.is_missing,
        **({"unread": True} if node.is_unread else {}),
        "problems": list(problems_of(node)),
        "children": [node_object(child) for child in node.children],
    }


def descriptor_object(descriptor: Descriptor) -> JsonObject:
    """A descriptor as image-spec has it; a property that is missing stays so."""
    platform = descriptor.platform
    found: JsonObject = {
        "mediaType": descriptor.media_type or None,
        "artifactType": descriptor.artifact_type or None,
        "digest": text_or_null(descriptor.digest),
        "size": descriptor.size,
        "platform": platform_object(platform) if platform is not None else None,
        "annotations": dict(descriptor.annotations) or None,
        "urls": list(descriptor.urls) or None,
        "data": base64.b64encode(descriptor.data).decode() if descriptor.data is not None else None,
        **(descriptor.unknown or {}),
    }
    return {name: value for name, value in found.items() if value is not None}


def platform_object(platform: Platform) -> JsonObject:
    """A platform as image-spec has it."""
    found = {
        "os": platform.os,
        "architecture": platform.architecture,
        "variant": platform.variant,
        "os.version": platform.os_version,
        "os.features": list(platform.os_features),
    }
    return {name: value for name, value in found.items() if value}


def chosen_objects(chosen: Image | None, transport: Transport, bases: Sequence[KnownBase] = ()) -> JsonObject:
    """Return the fields of what is described in full: an image or an artifact."""
    found: JsonObject = {"image": None, "artifact": None}
    if chosen is not None and chosen.is_artifact:
        from ocitui.commands.inspect.artifact import artifact_object

        return found | {"artifact": artifact_object(chosen, transport)}
    return found | {"image": image_object(chosen, transport, bases)} if chosen is not None else found


def image_object(image: Image, transport: Transport, bases: Sequence[KnownBase] = ()) -> JsonObject:
    """An image with its config, its layers and its history."""
    node, contents = image.node, list[JsonObject]()
    if has_documents(image):
        from ocitui.commands.inspect.artifact import contents_objects

        contents = contents_objects(image, transport)
    return {
        "digest": text_or_null(node.digest),
        "tag": node.tag,
        "platform": text_or_null(image.platform),
        "size": image.size,
        "annotations": dict(image.manifest.annotations),
        "config": _config_document(node),
        "layers": [layer_object(image, layer) for layer in image.layers],
        "history": [row_object(row) for row in image.history.rows],
        "historyProblems": list(image.history.problems),
        "root": _root_object(image),
        "bases": [base_object(base) for base in bases],
        "contents": contents,
    }


def _root_object(image: Image) -> JsonObject | None:
    found = known_root(image)
    if found is None:
        return None
    number, root = found
    return {"layer": number, "mode": f"{root.mode:04o}", "uid": root.uid, "gid": root.gid}


def _config_document(node: Node) -> object:
    """The config as it stands in its blob; None where it cannot be read."""
    raw = next((child.raw for child in node.children if child.kind is NodeKind.CONFIG), None)
    try:
        return load_json(raw, "config") if raw is not None else None
    except DocumentError:
        return None
