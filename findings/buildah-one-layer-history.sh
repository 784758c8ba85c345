#!/bin/sh
# Expected (image-spec, Image Configuration): a history entry with empty_layer made no layer, one without it made the
# next layer. So of COPY and CMD, the COPY should stand for the layer that holds the copied file.
# Seen with buildah 1.28.2 (Debian 12): COPY is marked empty_layer, CMD is not, so CMD stands for the layer with /f.
# Fails where that changes. Needs root on Debian 12, whose package it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download buildah=1.28.2+ds1-3+deb12u1+b3 libgpgme11 libassuan0 libdevmapper1.02.1 libseccomp2)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK BUILDAH_ISOLATION=chroot
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$WORK/policy.json"
b() { buildah --storage-driver vfs --root "$WORK/s" --runroot "$WORK/r" "$@" > "$WORK/log" 2>&1 || { cat "$WORK/log"; exit 1; }; }
mkdir "$WORK/c"; echo f > "$WORK/c/f"
printf 'FROM scratch\nCOPY f /f\nCMD ["/f"]\n' > "$WORK/c/Dockerfile"
b bud --signature-policy "$WORK/policy.json" -t x "$WORK/c"
b push --signature-policy "$WORK/policy.json" x "oci:$WORK/out:x"
python3 - "$WORK/out" <<'P'
import json, sys
from pathlib import Path
out = Path(sys.argv[1])
def read(d): return json.loads((out / "blobs" / d["digest"].replace(":", "/")).read_bytes())
manifest = read(json.loads((out / "index.json").read_bytes())["manifests"][0])
history = read(manifest["config"])["history"]
print(len(manifest["layers"]), "layer;", [(h["created_by"].split("(nop) ")[1].split()[0], h.get("empty_layer", False)) for h in history])
assert [h.get("empty_layer", False) for h in history] == [True, False] and "CMD" in history[1]["created_by"]
P
