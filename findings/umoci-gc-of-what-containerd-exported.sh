#!/bin/sh
# Expected: umoci gc removes the blobs of a layout that no image in its index needs. What index.json names, it keeps, with
# all below it, or it says that it cannot tell (image-spec: an index may name manifests of any media type).
# The layout: an image of Docker's media types in containerd, exported by ctr, which keeps these types in a layout.
# Seen with umoci 0.4.7 and containerd 1.6.20 (Debian 12): gc ends with 0 and without a word, and has removed the config
# and the layer. It looks below no manifest of a type that it does not know; only the manifest itself is left.
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); DAEMON=
cleanup() { [ -z "$DAEMON" ] || { kill "$DAEMON"; wait "$DAEMON" || :; }; rm -rf "$WORK"; }
trap cleanup EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download containerd=1.6.20~ds1-1+deb12u3 skopeo=1.9.3+ds1-1+b10 umoci=0.4.7+ds-3+b7 libgpgme11 libassuan0 libdevmapper1.02.1)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK
cd "$WORK"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > policy.json
echo f > f; tar -cf it.tar f
umoci init --layout l; umoci new --image l:it; umoci raw add-layer --image l:it it.tar 2> note
skopeo --policy policy.json copy -q oci:l:it docker-archive:saved.tar:made.here/it:it
names=$(for name in grpc.v1.cri internal.v1.opt snapshotter.v1.aufs snapshotter.v1.btrfs snapshotter.v1.devmapper snapshotter.v1.overlayfs snapshotter.v1.zfs; do printf '"io.containerd.%s",' "$name"; done)
printf 'version = 2\ndisabled_plugins = [%s]\n' "$names" > config.toml
containerd --config config.toml --root "$WORK/root" --state "$WORK/state" --address "$WORK/s" > log 2>&1 &
DAEMON=$!
until ctr --address "$WORK/s" version > note 2>&1; do kill -0 "$DAEMON" || { cat log; exit 1; }; sleep 0.1; done
ctr --address "$WORK/s" image import --no-unpack saved.tar > note
ctr --address "$WORK/s" image export exported.tar made.here/it:it
mkdir exported; tar -C exported -xf exported.tar
echo "named:  $(grep -o '"mediaType":"[^"]*"' exported/index.json)"
manifest=exported/blobs/sha256/$(grep -o '"digest":"sha256:[0-9a-f]*' exported/index.json | cut -d: -f3)
needed=$(grep -o '"digest":"sha256:[0-9a-f]*' "$manifest" | cut -d: -f3)
there() { for blob in $needed; do [ ! -e "exported/blobs/sha256/$blob" ] || echo "$blob"; done | wc -l; }
echo "before: of config and layer there are $(there)"
[ "$(there)" = 2 ]
umoci gc --layout exported > said 2>&1
echo "after:  there are $(there), and umoci said: '$(cat said)'"
[ -e "$manifest" ] && [ "$(there)" = 0 ] && [ ! -s said ]
