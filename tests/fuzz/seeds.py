"""Where fuzzing begins: for each target a few inputs that are sound, so that it need not guess them."""

import gzip
import json
from collections.abc import Sequence

import zstandard

from ocitui.demo.tar import Entry, directory, file, hard_link, opaque, symlink, whiteout, write_tar
from tests.images.bolt_writer import database
from tests.images.docker_archive_writer import ArchiveImage, jib_form, old_form, todays_form
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
_MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + "0" * 64, "size": 2},
    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + "1" * 64, "size": 3}],
    "annotations": {"a": "b"},
}
_SPLIT = "".join(json.dumps(line) + "\n" for line in lines_of(_TAR)).encode()
_TABLE = json.dumps([{"Config": "c.json", "RepoTags": ["a:b"], "Layers": ["a.tar"]}]).encode()

SEEDS: dict[str, Sequence[bytes]] = {
    "scanner": (_TAR, gzip.compress(_TAR), zstandard.compress(_TAR)),
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
    "databases": (database({b"v1": {b"default": {b"images": {b"a": {b"target": {b"digest": b"sha256:0"}}}}}}),),
    "tar_splits": (_SPLIT, gzip.compress(_SPLIT)),
    "merged_trees": (bytes(range(40)) + b"\xff" + bytes(range(40, 80)),),
}
"""By target."""
