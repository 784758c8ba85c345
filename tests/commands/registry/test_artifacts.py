"""Artifacts in a registry: of a model only ranges at its beginning are fetched."""

import json

from ocitui.spec.media_type import DOCKER_CONFIG, OCI_MANIFEST
from tests.commands.conftest import Run
from tests.image.test_artifacts import MODEL
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
