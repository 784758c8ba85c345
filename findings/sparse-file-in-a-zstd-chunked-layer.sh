#!/bin/sh
# Expected: a layer that is compressed anew, as zstd:chunked, is the same tar. This one has a sparse file as GNU tar 1.34
# writes it in a PAX archive (format 1.0), which umoci 0.4.7, buildah 1.28.2 and bsdtar 3.6.2 read.
# Seen with skopeo 1.9.3 (containers/storage 1.43, Debian 12): the header in the tar is still that of a sparse file, and
# what follows is the whole file, holes and all, where the header promises a map of the holes. The copy ends with 0. The
# table of contents has the file as it should be; of the tar GNU tar says "numeric overflow in sparse archive member",
# bsdtar "Line too long", buildah "unexpected EOF", and its digest is no longer the diff ID of the config, which is kept.
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download skopeo=1.9.3+ds1-1+b10 buildah=1.28.2+ds1-3+deb12u1+b3 umoci=0.4.7+ds-3+b7 zstd=1.5.4+dfsg2-5 tar=1.34+dfsg-1.2+deb12u1 libarchive-tools=3.6.2-1+deb12u5 libarchive13=3.6.2-1+deb12u5 libicu72 libnettle8 libxml2 libgpgme11 libassuan0 libdevmapper1.02.1 libseccomp2)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/bin:$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK HOME=$WORK
cd "$WORK"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > policy.json
truncate -s 1M sparse; echo end >> sparse; echo later > later
tar --format=pax --sparse --hole-detection=raw -cf it.tar sparse later
bsdtar -xOf it.tar sparse | cmp - sparse
umoci init --layout l; umoci new --image l:it; umoci raw add-layer --image l:it it.tar 2> note
umoci raw unpack --image l:it u 2> note
cmp sparse u/sparse
b() { buildah --storage-driver vfs --root "$WORK/s" --runroot "$WORK/r" "$@"; }
b from --signature-policy "$WORK/policy.json" --name it oci:l:it > log 2>&1 || { cat log; exit 1; }
cmp sparse "$(b mount it)/sparse"
skopeo copy -q --policy policy.json --dest-compress-format zstd:chunked oci:l:it oci:chunked:it
echo "skopeo ended with $?"
python3 - <<'P'
import hashlib, json, subprocess
from pathlib import Path
blobs = Path("chunked/blobs/sha256")
def blob(descriptor): return (blobs / descriptor["digest"][7:]).read_bytes()
manifest = json.loads(blob(json.loads(Path("chunked/index.json").read_bytes())["manifests"][0]))
def unzstd(data): return subprocess.run(["zstd", "-dc"], input=data, capture_output=True, check=True).stdout
stored = blob(manifest["layers"][0])
Path("chunked.tar").write_bytes(unzstd(stored))
offset, length, *_ = map(int, manifest["layers"][0]["annotations"]["io.containers.zstd-chunked.manifest-position"].split(":"))
sparse, *_ = json.loads(unzstd(stored[offset : offset + length]))["entries"]
print("table:", sparse["name"], sparse["size"], sparse["digest"][:15])
assert sparse["digest"] == "sha256:" + hashlib.sha256(Path("sparse").read_bytes()).hexdigest()
[said] = json.loads(blob(manifest["config"]))["rootfs"]["diff_ids"]
before, after = ("sha256:" + hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in ("it.tar", "chunked.tar"))
print("diff ID:", said[:15], "tar before:", before[:15], "and after:", after[:15])
assert said == before != after
P
if tar -tf chunked.tar > list 2> gnu; then echo "GNU tar reads it now"; exit 1; fi
if bsdtar -tf chunked.tar > list 2> bsd; then echo "bsdtar reads it now"; exit 1; fi
if b from --signature-policy "$WORK/policy.json" --name chunked oci:chunked:it > log 2>&1; then echo "buildah takes it now"; exit 1; fi
grep -h 'numeric overflow' gnu; grep -h 'Line too long' bsd; echo "buildah: $(grep -o 'unexpected EOF' log | head -n 1)"
grep -q 'unexpected EOF' log
