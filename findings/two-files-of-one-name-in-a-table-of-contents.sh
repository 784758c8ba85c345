#!/bin/sh
# Expected: the table of contents of a zstd:chunked layer has each file of the layer, told apart by its path, since that
# is what a partial pull makes the files of.
# Seen with skopeo 1.9.3 (Debian 12): the names are any bytes in the tar (caf\xe9 and caf\xe8, as Latin-1 has them), and
# JSON in the table; each byte that is no UTF-8 became U+FFFD, so two files of different content have the one name
# "caf\ufffd". The tar in the same blob still has both, and skopeo says nothing.
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download skopeo=1.9.3+ds1-1+b10 umoci=0.4.7+ds-3+b7 zstd=1.5.4+dfsg2-5 libgpgme11 libassuan0 libdevmapper1.02.1)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK HOME=$WORK
cd "$WORK"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > policy.json
python3 - <<'P'
import io, tarfile
with tarfile.open("it.tar", "w", format=tarfile.GNU_FORMAT, encoding="latin-1") as tar:
    for name, content in ("caf\xe9", b"one"), ("caf\xe8", b"two"):
        file = tarfile.TarInfo(name)
        file.size = len(content)
        tar.addfile(file, io.BytesIO(content))
P
umoci init --layout l; umoci new --image l:it
umoci raw add-layer --image l:it it.tar 2> note
skopeo copy -q --policy policy.json --dest-compress-format zstd:chunked oci:l:it oci:chunked:it
python3 - <<'P'
import json, subprocess
from pathlib import Path
blobs = Path("chunked/blobs/sha256")
top = json.loads(Path("chunked/index.json").read_bytes())["manifests"][0]
layer = json.loads((blobs / top["digest"][7:]).read_bytes())["layers"][0]
blob = (blobs / layer["digest"][7:]).read_bytes()
offset, length, *_ = map(int, layer["annotations"]["io.containers.zstd-chunked.manifest-position"].split(":"))
def unzstd(data): return subprocess.run(["zstd", "-dc"], input=data, capture_output=True, check=True).stdout
named = [(entry["name"], entry["digest"][7:15]) for entry in json.loads(unzstd(blob[offset : offset + length]))["entries"]]
listed = subprocess.run(["tar", "-t", "--quoting-style=escape"], input=unzstd(blob), capture_output=True, check=True).stdout.split()
print("table:", ascii(named)); print("tar:  ", listed)
assert [name for name, _ in named] == ["caf\ufffd"] * 2 and len(set(named)) == 2 and listed == [rb"caf\351", rb"caf\350"]
P
