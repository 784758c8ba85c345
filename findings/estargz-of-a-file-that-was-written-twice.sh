#!/bin/sh
# Expected: a layer that is converted to eStargz holds the same files, with a table of contents besides. The layer: the
# file f ("one"), the hard link g to it, the file f again ("two"), as tar -r appends it. Unpacked, f is "two", g "one".
# Seen with ctr-remote of stargz-snapshotter 0.12.0 (Debian 12): of f only the last entry is kept, after g.
# The table's g is a link to the f that says "two", and from the tar GNU tar 1.34 and umoci 0.4.7 can no longer make g:
# its target is not there yet. The conversion says nothing of it.
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); DAEMON=
cleanup() { [ -z "$DAEMON" ] || { kill "$DAEMON"; wait "$DAEMON" || :; }; rm -rf "$WORK"; }
trap cleanup EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download stargz-snapshotter=0.12.0-2+b10 containerd=1.6.20~ds1-1+deb12u3 umoci=0.4.7+ds-3+b7 tar=1.34+dfsg-1.2+deb12u1)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/bin:$WORK/unpacked/usr/bin:$PATH"
cd "$WORK"
export LC_ALL=C
printf one > f; ln f g; tar -cf it.tar f g; rm f; printf two > f; tar -rf it.tar f
umoci init --layout l; umoci new --image l:it; umoci raw add-layer --image l:it it.tar 2> note
umoci raw unpack --image l:it before 2> note
tar -C l -cf l.tar .
names=$(for name in grpc.v1.cri internal.v1.opt snapshotter.v1.aufs snapshotter.v1.btrfs snapshotter.v1.devmapper snapshotter.v1.overlayfs snapshotter.v1.zfs; do printf '"io.containerd.%s",' "$name"; done)
printf 'version = 2\ndisabled_plugins = [%s]\n' "$names" > config.toml
containerd --config config.toml --root "$WORK/root" --state "$WORK/state" --address "$WORK/s" > log 2>&1 &
DAEMON=$!
until ctr --address "$WORK/s" version > note 2>&1; do kill -0 "$DAEMON" || { cat log; exit 1; }; sleep 0.1; done
ctr --address "$WORK/s" image import --no-unpack --base-name made.here/it l.tar > note
ctr-remote --address "$WORK/s" image convert --oci --estargz made.here/it:it made.here/it:converted > note
ctr-remote --address "$WORK/s" image export converted.tar made.here/it:converted
mkdir converted after; tar -C converted -xf converted.tar
python3 - <<'P'
import json, tarfile
from pathlib import Path
blobs = Path("converted/blobs/sha256")
def read(descriptor): return json.loads((blobs / descriptor["digest"][7:]).read_bytes())
manifest = read(json.loads(Path("converted/index.json").read_bytes())["manifests"][0])
layer = tarfile.open(blobs / manifest["layers"][0]["digest"][7:])
print("tar:  ", *layer.getnames())
entries = {entry["name"]: entry for entry in json.load(layer.extractfile("stargz.index.json"))["entries"]}
print("table: g is a link to", entries["g"]["linkName"], "of", layer.extractfile("f").read())
assert layer.getnames() == [".no.prefetch.landmark", "g", "f", "stargz.index.json"]
assert entries["g"]["linkName"] == "f" and layer.extractfile("f").read() == b"two"
Path("layer").symlink_to(blobs / manifest["layers"][0]["digest"][7:])
P
echo "before: f is $(cat before/f), g is $(cat before/g)"
[ "$(cat before/f) $(cat before/g)" = "two one" ]
if tar -C after -xzf layer 2> log; then echo "GNU tar takes it now"; exit 1; fi
head -n 1 log
grep -q "g: Cannot hard link to 'f': No such file" log
tag=$(python3 -c 'import json; print(json.load(open("converted/index.json"))["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"])')
if umoci raw unpack --image "converted:$tag" after-umoci > log 2>&1; then echo "umoci takes it now"; exit 1; fi
echo "umoci: $(grep -o 'link: no such file or directory' log)"
grep -q 'link: no such file or directory' log
