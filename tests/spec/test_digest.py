"""Digests: what the grammar allows, and nothing that could leave a folder."""

import hashlib
import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.errors import DocumentError
from ocitui.spec.digest import Digest

HEX = "6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b"


@pytest.mark.parametrize(
    "text",
    [
        f"sha256:{HEX}",
        f"sha512:{HEX}{HEX}",
        f"sha384:{HEX}{HEX[:32]}",
        "multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8",
        "sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564",
        "blake3:abc",
    ],
)
def test_digests(text: str) -> None:
    assert str(Digest.parse(text)) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "expected a digest like sha256:…, found null"),
        (5, "expected a digest like sha256:…, found the number 5"),
        (["x"], "expected a digest like sha256:…, found a list"),
        ("", "expected a digest like sha256:…, found ''"),
        ("sha256", "expected a digest like sha256:…, found 'sha256'"),
        ("sha256:../../x", "expected a digest like sha256:…, found 'sha256:../../x'"),
        ("../x:abc", "expected a digest like sha256:…, found '../x:abc'"),
        ("sha256:\x1b[2J", "expected a digest like sha256:…, found 'sha256:\\x1b[2J'"),
        (f"sha256:{HEX}\n", f"expected a digest like sha256:…, found 'sha256:{HEX}\\n'"),
        ("SHA256:" + HEX, f"expected a digest like sha256:…, found 'SHA256:{HEX}'"),
        ("sha256:abc", "expected 64 lower-case hexadecimal digits after sha256:, found 'abc'"),
        ("sha256:" + HEX.upper(), f"expected 64 lower-case hexadecimal digits after sha256:, found '{HEX.upper()}'"),
        ("sha512:" + HEX, f"expected 128 lower-case hexadecimal digits after sha512:, found '{HEX}'"),
        ("x:" + "a" * 600, f"expected a digest like sha256:…, found 'x:{'a' * 78}…'"),
    ],
)
def test_what_is_no_digest(value: object, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Digest.parse(value)
    assert str(caught.value) == message


@given(st.text(max_size=40) | st.from_regex(r"[a-z0-9+._-]{1,8}:[a-zA-Z0-9=_./-]{1,80}"))
def test_a_digest_is_safe_in_a_path_and_reads_back(text: str) -> None:
    try:
        digest = Digest.parse(text)
    except DocumentError:
        return
    assert str(digest) == text
    assert Digest.parse(str(digest)) == digest
    path = PurePosixPath("blobs") / digest.algorithm / digest.encoded
    assert path.parts == ("blobs", digest.algorithm, digest.encoded)
    assert not {"", ".", ".."} & set(path.parts)
    assert re.fullmatch(r"[!-~]+", text)


@given(st.binary(max_size=64), st.sampled_from(["sha256", "sha384", "sha512"]))
def test_a_digest_matches_its_bytes_only(data: bytes, algorithm: str) -> None:
    digest = Digest.of(data, algorithm)
    assert digest.encoded == hashlib.new(algorithm, data).hexdigest()
    assert digest.matches(data)
    assert not digest.matches(data + b"x")
    assert digest.short == digest.encoded[:12]


def test_an_unknown_algorithm_matches_nothing() -> None:
    digest = Digest.parse("blake3:abc")
    assert not digest.is_known
    assert not digest.matches(b"")
