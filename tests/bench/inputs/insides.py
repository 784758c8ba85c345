"""A fat jar of 100 MB in a layer, and a model of 2 GB."""

import io
import os
import random
import struct
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ocitui.demo.layout import LayoutWriter
from tests.bench.inputs.layouts import Blob, digest_of, write_layout

JAR = "srv/app.jar"
LIBRARIES, LIBRARY_SIZE = 300, 330_000
"""Jars in the jar, as Spring Boot packs them: stored, each with one file that does not get smaller."""

MODEL_SIZE = 2_000_000_000
_TOKENS, _MERGES, _TENSORS = 128_256, 280_147, 291
"""Of a tokenizer and a model as those of 8 billion parameters have them."""

_TEXT, _LIST = 8, 9


def write_jar(target: Path) -> None:
    """The layout ``jar`` with the jar in a gzip layer, and the jar itself beside it, for its peers."""
    chance = random.Random(1)
    with zipfile.ZipFile(target / "app.jar", "w") as jar:
        for number in range(LIBRARIES):
            held = io.BytesIO()
            with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as library:
                library.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\nNumber: {number}\n")
                library.writestr("data.bin", chance.randbytes(LIBRARY_SIZE))
            jar.writestr(f"BOOT-INF/lib/library-{number:03}.jar", held.getvalue())
    tar = target / "jar.tar"
    with tarfile.open(tar, "w") as archive:
        archive.add(target / "app.jar", JAR)
    write_layout(target / "jar", [Blob.compress(tar, "gzip")])
    tar.unlink()


def write_model(target: Path) -> None:
    """The layout ``model`` as Ollama has one: a GGUF whose weights are zeros, which take no room."""
    writer = LayoutWriter(target / "model")
    keys = {
        "general.architecture": _text("llama"),
        "tokenizer.ggml.tokens": _texts(f"token-{number}" for number in range(_TOKENS)),
        "tokenizer.ggml.merges": _texts(f"to ken-{number}" for number in range(_MERGES)),
    }
    path = target / "model.gguf"
    with path.open("wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, _TENSORS, len(keys)))
        file.writelines(_raw(key) + value for key, value in keys.items())
        for number in range(_TENSORS):
            file.write(_raw(f"blk.{number}.weight") + struct.pack("<IQQIQ", 2, 4096, 4096, 12, 0))
        file.truncate(MODEL_SIZE)
    digest = digest_of(path)
    os.rename(path, target / "model" / "blobs" / "sha256" / digest.removeprefix("sha256:"))
    kind = "application/vnd.ollama.image.model"
    config = writer.document("application/vnd.docker.container.image.v1+json", {"model_format": "gguf"})
    named = {"org.opencontainers.image.ref.name": "bench"}
    layer = {"mediaType": kind, "digest": digest, "size": MODEL_SIZE}
    writer.finish([writer.manifest(config, [layer], annotations=named)])


def _raw(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def _text(text: str) -> bytes:
    return struct.pack("<I", _TEXT) + _raw(text)


def _texts(texts: Iterable[str]) -> bytes:
    items = [_raw(text) for text in texts]
    return struct.pack("<IIQ", _LIST, _TEXT, len(items)) + b"".join(items)
