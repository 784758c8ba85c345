"""Every text of the documents of an image, replaced in its turn."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ocitui.demo.tar import file, symlink, whiteout, write_tar
from tests.images.layout_writer import LayerSpec, write_layout

Where = tuple[str, tuple[str | int, ...]]
"""A document, and the keys that lead to a value in it."""

_LAYERS = [
    LayerSpec(write_tar([file("etc/motd", "one\n"), symlink("link", "etc/motd")]), descriptor={"urls": ["https://x"]}),
    LayerSpec(write_tar([file("etc/motd", "two\n"), whiteout("link")]), descriptor={"annotations": {"a": "b"}}),
]
_CONFIG = {
    "created": "2024-05-14T10:00:00Z",
    "author": "somebody",
    "os": "linux",
    "architecture": "amd64",
    "variant": "v1",
    "os.version": "1",
    "os.features": ["x"],
    "config": {
        "User": "app",
        "Env": ["A=B"],
        "Entrypoint": ["/bin/sh"],
        "Cmd": ["-c"],
        "Labels": {"a": "b"},
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/data": {}},
        "WorkingDir": "/",
        "StopSignal": "TERM",
        "Shell": ["/bin/sh"],
        "OnBuild": ["RUN x"],
        "Healthcheck": {"Test": ["CMD", "x"], "Interval": 5},
    },
    "history": [
        {"created": "2024-05-14T10:00:00Z", "created_by": "RUN a # buildkit", "comment": "c", "author": "me"},
        {"created_by": "COPY b /", "empty_layer": False},
    ],
}
_DOCUMENTS: dict[str, Any] = {
    "config": _CONFIG,
    "manifest": {"annotations": {"org.opencontainers.image.base.name": "base"}, "artifactType": "x/y"},
    "index": {"mediaType": "application/vnd.oci.image.index.v1+json", "annotations": {"a": "b"}},
    "oci_layout": {},
}


def write(path: Path, document: str = "", change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
    """Write an image with one of its documents changed; the digests are those of the changed ones."""
    platform = {"platform": {"os": "linux", "architecture": "amd64", "variant": "v1", "os.features": ["x"]}}
    wanted = dict(_DOCUMENTS)
    for _ in range(2):
        written = write_layout(path, _LAYERS, **wanted, manifest_descriptor=platform)
        stored = {
            "config": written.blob(written.config),
            "manifest": written.blob(written.manifest),
            "index": path / "index.json",
            "oci_layout": path / "oci-layout",
        }
        if not document or isinstance(wanted[document], bytes):
            break
        found = json.loads(stored[document].read_bytes())
        change(found)
        wanted[document] = json.dumps(found).encode()
    return path


def places(path: Path) -> Iterator[Where]:
    """Where there are texts and numbers in the documents of the image that `write` wrote."""
    index = json.loads((path / "index.json").read_bytes())
    manifest = _blob(path, index["manifests"][0]["digest"])
    documents = {
        "index": index,
        "manifest": manifest,
        "config": _blob(path, manifest["config"]["digest"]),
        "oci_layout": json.loads((path / "oci-layout").read_bytes()),
    }
    for name, document in documents.items():
        yield from ((name, keys) for keys in _leaves(document))


def replace(document: Any, keys: tuple[str | int, ...], word: str) -> None:
    """Put a word in the place of a value, and beside it as a key of its own."""
    for key in keys[:-1]:
        document = document[key]
    document[keys[-1]] = word
    if isinstance(document, dict):
        document[word] = word


def _blob(path: Path, digest: str) -> Any:
    return json.loads((path / "blobs" / digest.replace(":", "/")).read_bytes())


def _leaves(value: Any) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield ()
        return
    for key, inner in items:
        for rest in _leaves(inner):
            yield (key, *rest)
