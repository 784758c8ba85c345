"""SBOMs of 50 MB as Syft writes them, each in a layout with the image that it is about."""

import base64
import hashlib
from itertools import accumulate, count, takewhile
from pathlib import Path

from ocitui.demo.layout import Document, LayoutWriter, dump
from ocitui.demo.tar import file, write_tar

SIZE = 50_000_000
"""Bytes of each of them, before it is wrapped."""

FEW, MANY = 15, 1
"""Properties of a component that nobody asks for: with fifteen there are 26,746 packages, with one 94,144."""

FIRST = b"library-0 "
"""What is on the screen as soon as there are packages."""

_CYCLONE_DX = "application/vnd.cyclonedx+json"
_ENVELOPE = "application/vnd.dsse.envelope.v1+json"


def write_sboms(target: Path) -> None:
    """Layouts ``few`` and ``many`` with a bare one each, and ``few-enveloped`` and ``many-enveloped``."""
    for name, more in (("few", FEW), ("many", MANY)):
        document = _cyclone_dx(more)
        _write(target / name, _CYCLONE_DX, document, is_enveloped=False)
        _write(target / f"{name}-enveloped", _ENVELOPE, document, is_enveloped=True)


def _write(folder: Path, kind: str, document: Document, is_enveloped: bool) -> None:
    writer = LayoutWriter(folder)
    config = {"architecture": "amd64", "os": "linux"}
    image = writer.image(config, [writer.layer(write_tar([file("a")]))], platform=config)
    held = writer.document(kind, _envelope(image, document) if is_enveloped else document)
    subject = {"subject": {name: image[name] for name in ("mediaType", "digest", "size")}}
    empty = writer.blob("application/vnd.oci.empty.v1+json", b"{}")
    artifact = writer.manifest(empty, [held], {"artifactType": kind, **subject}, artifactType=kind)
    writer.finish([{**image, "annotations": {"org.opencontainers.image.ref.name": "bench"}}, artifact])


def _cyclone_dx(more: int) -> Document:
    metadata = {"timestamp": "2024-05-14T10:00:21Z", "tools": {"components": [{"name": "syft", "version": "1.4.1"}]}}
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": metadata}
    room = SIZE - len(dump(head)) - 20
    sizes = accumulate(len(dump(_component(number, more))) + 1 for number in count())
    fitting = sum(1 for _ in takewhile(lambda size: size < room, sizes))
    return {**head, "components": [_component(number, more) for number in range(fitting)]}


def _component(number: int, more: int) -> Document:
    name, version = f"library-{number % 30_000}", f"{number % 17}.{number % 40}.{number // 1000}"
    layer = f"sha256:{hashlib.sha256(b'%d' % (number % 9)).hexdigest()}"
    path = f"/srv/app/node_modules/{name}/package.json"
    others = ((f"syft:cpe23:{at}", f"cpe:2.3:a:{name}:{at}-{name}:{version}:*:*:*:*:*:*:*") for at in range(more))
    return {
        "bom-ref": f"pkg:npm/{name}@{version}?package-id={hashlib.sha256(b'%d' % number).hexdigest()[:16]}",
        "type": "library",
        "name": name,
        "version": version,
        "licenses": [{"license": {"id": ("MIT", "Apache-2.0", "BSD-3-Clause")[number % 3]}}],
        "purl": f"pkg:npm/{name}@{version}",
        "properties": [
            *({"name": property_name, "value": value} for property_name, value in others),
            {"name": "syft:location:0:layerID", "value": layer},
            {"name": "syft:location:0:path", "value": path},
        ],
    }


def _envelope(image: Document, predicate: Document) -> Document:
    """A statement about an image in an envelope, as cosign keeps it."""
    subject = [{"name": "x", "digest": {"sha256": image["digest"].removeprefix("sha256:")}}]
    head = {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://cyclonedx.org/bom"}
    payload = base64.b64encode(dump({**head, "subject": subject, "predicate": predicate})).decode()
    return {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": [{"sig": "MEUC"}]}
