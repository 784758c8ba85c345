"""Artifacts in a registry: of a model only ranges at its beginning are fetched."""

import gzip
import json
import random

from ocitui.spec.media_type import DOCKER_CONFIG, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST
from tests.commands.conftest import Run
from tests.image.test_artifacts import MODEL
from tests.image.test_flavoured import BOTTLE, NO_TAB, RECEIPT_FILE, bottle_of
from tests.transports.registry.conftest import home  # noqa: F401
from tests.transports.registry.scripted import REPOSITORY, descriptor, fake_registry


def test_of_a_model_in_a_registry_the_weights_are_not_fetched(run: Run) -> None:
    with fake_registry() as (registry, server):
        config, weights = b'{"model_format": "gguf"}', MODEL + bytes(5_000_000)
        held, model = registry.add_blob(config), registry.add_blob(weights)
        layer = descriptor("application/vnd.ollama.image.model", model, len(weights))
        manifest = {"schemaVersion": 2, "config": descriptor(DOCKER_CONFIG, held, len(config)), "layers": [layer]}
        registry.add_manifest(json.dumps(manifest).encode(), OCI_MANIFEST, "1")
        done = run("inspect", f"docker://{server.host}/{REPOSITORY}:1")
        assert (done.code, "  quantization  Q4_K_M" in done.lines) == (0, True)
        ranges = [seen.range for seen in server.seen if seen.method == "GET" and seen.path.endswith(str(model))]
        assert ranges == [(0, (1 << 16) - 1)]


def test_of_a_bottle_in_a_registry_the_beginning_is_fetched(run: Run) -> None:
    """Of gzip as of plain tars; and nothing of the layer where an annotation has the receipt."""
    with fake_registry() as (registry, server):
        for tag, media_type in (("plain", OCI_LAYER), ("gzip", OCI_LAYER + "+gzip")):
            plain = bottle_of(RECEIPT_FILE, ("wget/1.21.4/bin/wget", random.Random(1).randbytes(6_000_000)))
            stored = plain if tag == "plain" else gzip.compress(plain, 1)
            held, layer = registry.add_blob(b"{}"), registry.add_blob(stored)
            for annotations, tail in ((NO_TAB, ""), (BOTTLE, "-annotated")):
                manifest = {
                    "schemaVersion": 2,
                    "config": descriptor(OCI_CONFIG, held, 2),
                    "layers": [descriptor(media_type, layer, len(stored))],
                    "annotations": annotations,
                }
                registry.add_manifest(json.dumps(manifest).encode(), OCI_MANIFEST, tag + tail)
                server.seen.clear()
                done = run("inspect", f"docker://{server.host}/{REPOSITORY}:{tag}{tail}")
                assert "openssl@3 3.1.2_1" in done.text
                seen = [each for each in server.seen if each.method == "GET" and each.path.endswith(str(layer))]
                assert all(each.range is not None and each.range[1] < 2_000_000 for each in seen)
                assert bool(seen) is not bool(tail)
