"""The history as a Dockerfile, and the Dockerfile that the provenance holds."""

import base64
from pathlib import Path
from typing import Any

from ocitui.tui.rows.text_lines import TextLines
from tests.images.signature_writer import SignedImage
from tests.tui.explorer import explore

STATEMENT = "application/vnd.in-toto+json"


def provenance(digest: str, content: bytes) -> dict[str, Any]:
    file = {"filename": "build/Dockerfile", "language": "Dockerfile", "data": base64.b64encode(content).decode()}
    return {
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [{"name": "_", "digest": {"sha256": digest.removeprefix("sha256:")}}],
        "predicate": {"metadata": {"https://mobyproject.org/buildkit@v1#metadata": {"source": {"infos": [file]}}}},
    }


async def shown(place: Path) -> list[str]:
    async with explore(place) as screen:
        await screen.press("3", "d")
        return [line.strip() for line in screen.text(screen.app.screen.query_one(TextLines)).splitlines()]


async def test_the_dockerfile_of_the_provenance_is_below_the_history(tmp_path: Path) -> None:
    image = SignedImage(tmp_path / "image")
    image.referrer(STATEMENT, provenance(image.digest, b"FROM scratch\r\nLABEL a=[bold]\x1b[31m\n"))
    image.referrer(STATEMENT, provenance(image.digest, b"FROM scratch\r\nLABEL a=[bold]\x1b[31m\n"))
    image.referrer(STATEMENT, provenance("sha256:" + "1" * 64, b"RUN x\n" * 50_000))
    image.finish()
    lines = await shown(image.path)
    at = lines.index("# build/Dockerfile, as the provenance holds it (not checked)")
    assert lines[at + 1 : at + 4] == ["FROM scratch", r"LABEL a=[bold]\x1b[31m", ""]
    assert lines[at + 4] == lines[at]
    assert lines[at + 5].startswith(f"# expected a statement about {image.digest}, found one about sha256:111")
    assert lines[-1] == "# 168,928 bytes more: ocitui attestations --dockerfile"
    assert len(lines) < 25_000


async def test_nothing_is_below_it_where_none_is_held(tmp_path: Path) -> None:
    image = SignedImage(tmp_path / "image")
    image.referrer(STATEMENT, b"[")
    image.referrer(STATEMENT, provenance(image.digest, b"FROM scratch\n") | {"predicateType": "https://a.example"})
    image.finish()
    lines = await shown(image.path)
    assert lines
    assert not any("provenance" in line for line in lines)
