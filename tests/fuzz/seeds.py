"""Where fuzzing begins: for each target a few inputs that are sound, so that it need not guess them."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard
from cryptography.hazmat.primitives.serialization import Encoding

from ocitui.demo.attestations import provenance, spdx
from ocitui.demo.contents import AMD64
from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout, write_tar
from tests.fuzz.targets import KEYLESS, SIGSTORE, ZTOC_LAYERS
from tests.image.described.test_elf import WHOLE as ELF
from tests.image.described.test_other_programs import mach_o, pe
from tests.image.test_artifacts import COMPONENT, MODEL, MODULE, SAFE
from tests.image.test_flavoured import RAFS_5, RAFS_6
from tests.images.bolt_writer import database
from tests.images.docker_archive_writer import ArchiveImage, jib_form, old_form, todays_form
from tests.images.elf_writer import CRATES, Elf, go_in_place, rust_audit
from tests.images.filesystem_images import IMAGES, image
from tests.images.nested_archives import ARCHIVES, make_zip
from tests.images.openpgp_writer import SIGNER, container_payload
from tests.images.rpm_writer import rpm_database, rpm_header
from tests.images.signature_writer import (
    KEYS,
    bundle,
    certificate,
    cose,
    envelope,
    jws,
    notary_payload,
    simple_payload,
    statement,
)
from tests.transports.tar_splits import lines_of

_TAR = write_tar(
    [
        directory("d"),
        file("d/f", "text\n" * 30),
        symlink("l", "d/f"),
        hard_link("h", "d/f"),
        whiteout("gone"),
        opaque("d"),
        Entry(b"x" * 150 + b"/" + b"y" * 120, b"long"),
        Entry(b"caps", b"c", xattrs=(("user.a", b"1"),)),
        Entry(b"null", kind=b"3", device=(1, 3)),
    ]
)
_IMAGE = ArchiveImage([write_tar([file("a", "a")])])
_CONFIG = _IMAGE.config_bytes
_KEY = KEYS["ECDSA P-256"]()
_CERTIFICATE = certificate(_KEY)
_DIGEST = f"sha256:{'0' * 64}"
_MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + "0" * 64, "size": 2},
    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + "1" * 64, "size": 3}],
    "annotations": {"a": "b"},
}
_SPLIT = "".join(json.dumps(line) + "\n" for line in lines_of(_TAR)).encode()
_TABLE = json.dumps([{"Config": "c.json", "RepoTags": ["a:b"], "Layers": ["a.tar"]}]).encode()

with TemporaryDirectory() as _folder:
    _RPM = rpm_database(Path(_folder), rpm_header("a", "1", "2", ["/usr/b", "/etc/c"]))

SEEDS: dict[str, Sequence[bytes]] = {
    "scanner": (_TAR, gzip.compress(_TAR), zstandard.compress(_TAR)),
    "headers": (_TAR, _TAR[:2048] + _TAR[1024:]),
    "extended_headers": (
        b"18 path=some/name\n22 mtime=1600000000.5\n",
        b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n29 GNU.sparse.realsize=100000\n",
        b"28 GNU.sparse.map=0,10,20,5\n25 SCHILY.xattr.user.a=b\n",
        b"2\n0\n100\n1000\n50\n",
    ),
    "gzip_stream": (gzip.compress(b"abc" * 99) + gzip.compress(b"d"), gzip.compress(_TAR[:600], 1)),
    "zstd_stream": (zstandard.compress(b"abc" * 99) + zstandard.compress(b"d"), zstandard.compress(_TAR[:600])),
    "seek_points": (_TAR[:3000],),
    "documents": (_CONFIG, json.dumps(_MANIFEST).encode(), json.dumps({"manifests": [_MANIFEST["config"]]}).encode()),
    "references": (
        b"docker-archive:x.tar:nginx:1@sha256:" + b"0" * 64,
        b"size>1M type:file status:deleted /a.*b/ text:x",
    ),
    "archives": tuple(write_tar(form(_IMAGE)) for form in (old_form, jib_form, todays_form)),
    "docker_tables": (_TABLE + b" " * (len(_CONFIG) - len(_TABLE)) + _CONFIG,),
    "layouts": (json.dumps({"manifests": [_MANIFEST["config"]]}).encode(), json.dumps(_MANIFEST).encode() + _CONFIG),
    "databases": (database({b"v1": {b"default": {b"images": {b"a": {b"target": {b"digest": b"sha256:0"}}}}}}),),
    "tar_splits": (_SPLIT, gzip.compress(_SPLIT)),
    "ztocs": tuple(made.ztoc for made in ZTOC_LAYERS),
    "json_lines": (_CONFIG, b'[1.5e-3, "\\u00fc\xc3\xbc", {"a": [], "b": {}, "c": [true, null, NaN]}]'),
    "shown": ("\u202e\x1b[2J\u0301a\u3164".encode(), "日本\U0001f1e9".encode("utf-16")),
    "files": (b"text\r\n", "\ufeffabc".encode("utf-16-le"), b"\x7fELF\x02\x01\x01", b"{}"),
    "packages": (b"Package: a\nVersion: 1\n\nP:b\nV:2\nF:usr\nR:c\n", _RPM),
    "merged_trees": (bytes(range(40)) + b"\xff" + bytes(range(40, 80)),),
    "statements": tuple(
        json.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": kind, "predicate": predicate}).encode()
        for kind, predicate in (
            ("https://slsa.dev/provenance/v0.2", provenance(AMD64)),
            (
                "https://slsa.dev/provenance/v1",
                {"buildDefinition": {"resolvedDependencies": [{"uri": "pkg:docker/a"}]}},
            ),
            ("https://spdx.dev/Document", spdx(AMD64)),
            ("https://cyclonedx.org/bom", {"components": [{"name": "a", "licenses": [{"license": {"id": "MIT"}}]}]}),
        )
    ),
    "artifact_headers": (MODEL, SAFE, MODULE, COMPONENT, RAFS_5, bytes(RAFS_6)),
    "described": (
        _CERTIFICATE.public_bytes(Encoding.DER),
        _CERTIFICATE.public_bytes(Encoding.PEM),
        b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAgD/ me\n",
        ELF,
        pe(go_in_place()),
        mach_o(go_in_place()),
        image("erofs"),
        Elf(3, 183, 32, ">", tags=(("soname", "a"),), parts={".dep-v0": rust_audit(CRATES)}).write(),
    ),
    "filesystems": tuple(image(name) for name in IMAGES),
    "nested_archives": tuple(
        make({"a.zip": make_zip({"b": b"text"}), "d/c": b"text" * 90}) for make in ARCHIVES.values()
    ),
    "signatures": (
        json.dumps(simple_payload(_DIGEST)).encode(),
        json.dumps(envelope(_KEY, statement(_DIGEST))).encode(),
        json.dumps(bundle({"dsseEnvelope": envelope(_KEY, statement(_DIGEST))}, {"publicKey": {"hint": "a"}})).encode(),
        jws(_KEY, [_CERTIFICATE], notary_payload({"mediaType": "", "digest": _DIGEST, "size": 1})),
        cose(_KEY, [_CERTIFICATE], notary_payload({"mediaType": "", "digest": _DIGEST, "size": 1})),
        _CERTIFICATE.public_bytes(Encoding.DER),
        b"\xc4\x0d\x03\x00\x08\x16abcdefgh\x01\xcb\x08b\x00\x00\x00\x00\x00{}\xc2\x0a\x04\x00\x16\x08\x00\x00\x00\x00\x00\x00",
    ),
    "keyless": (
        KEYLESS["dev.sigstore.cosign/bundle"].encode(),
        json.dumps(SIGSTORE.bundle(statement(_DIGEST), "https://a", "https://b")).encode(),
    ),
    "openpgp": (SIGNER.sign(container_payload(_DIGEST)), SIGNER.sign(b"{}"), bytes(SIGNER.keys), bytes(SIGNER.revoked)),
}
"""By target."""
