"""Documents as Hypothesis makes them: any JSON at all, and sound ones with anything in any place."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from ocitui.spec.media_type import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST

DIGEST = "sha256:" + "ab" * 32

_ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**63, 10**30, "", "x", "\x1b[31m\u202e", "sha256:../../x", DIGEST, [], {},
    [None], [[]], {"": None},
    "0001-01-01T00:00:00Z", OCI_INDEX, OCI_MANIFEST, OCI_CONFIG, OCI_LAYER + "+gzip+encrypted",
]  # fmt: skip

JSON = st.recursive(
    st.sampled_from(_ODD) | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
"""Any JSON value."""

DESCRIPTOR: dict[str, Any] = {
    "mediaType": OCI_LAYER,
    "digest": DIGEST,
    "size": 5,
    "urls": ["https://example.com/"],
    "annotations": {"a": "b"},
    "data": "aGVsbG8=",
    "artifactType": "application/x",
    "platform": {"os": "linux", "architecture": "arm", "variant": "v7", "os.version": "1", "os.features": ["x"]},
}
INDEX: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": OCI_INDEX,
    "artifactType": "application/x",
    "manifests": [DESCRIPTOR, DESCRIPTOR],
    "subject": DESCRIPTOR,
    "annotations": {"a": "b"},
}
MANIFEST: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": OCI_MANIFEST,
    "config": {**DESCRIPTOR, "mediaType": OCI_CONFIG},
    "layers": [DESCRIPTOR, DESCRIPTOR],
    "subject": DESCRIPTOR,
    "annotations": {"a": "b"},
}
CONFIG: dict[str, Any] = {
    "created": "2024-05-14T10:00:00Z",
    "author": "me",
    "os": "linux",
    "architecture": "amd64",
    "config": {
        "User": "1",
        "ExposedPorts": {"80/tcp": {}},
        "Env": ["A=b"],
        "Entrypoint": ["/x"],
        "Cmd": ["y"],
        "Volumes": {"/v": {}},
        "WorkingDir": "/",
        "Labels": {"a": "b"},
        "StopSignal": "SIGQUIT",
        "Shell": ["/bin/sh"],
        "OnBuild": ["RUN x"],
        "Healthcheck": {"Test": ["CMD", "x"], "Interval": 5_000_000_000, "Retries": 3},
    },
    "rootfs": {"type": "layers", "diff_ids": [DIGEST]},
    "history": [
        {"created": "2024-05-14T10:00:00Z", "created_by": "RUN x", "comment": "c", "author": "a"},
        {"empty_layer": True},
    ],
}


def places(value: object) -> list[tuple[str | int, ...]]:
    """Every place in a JSON value, the value itself first."""
    found: list[tuple[str | int, ...]] = [()]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += [(key, *rest) for rest in places(item)]
    return found


def put(value: Any, place: tuple[str | int, ...], new: object) -> Any:
    """The same JSON value with another one at a place."""
    if not place:
        return new
    changed = copy.copy(value)
    changed[place[0]] = put(value[place[0]], place[1:], new)
    return changed


@st.composite
def mutated(draw: st.DrawFn, document: dict[str, Any]) -> bytes:
    """A sound document in which something somewhere is something else."""
    value: Any = document
    for _ in range(draw(st.integers(1, 3))):
        value = put(value, draw(st.sampled_from(places(value))), draw(JSON))
    return json.dumps(value).encode()
