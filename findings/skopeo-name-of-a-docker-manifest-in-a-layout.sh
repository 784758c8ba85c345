#!/bin/sh
# Expected: the name that a layout's index gives an image (org.opencontainers.image.ref.name) opens it, of whatever type
# its manifest is, as it does for an OCI manifest.
# The layout: an image of Docker's media types in containerd, exported by ctr, which keeps these types in a layout.
# Seen with skopeo 1.9.3 and containerd 1.6.20 (Debian 12): oci:exported, without a name, opens the image;
# oci:exported:it is "no descriptor found for reference", though umoci 0.4.7 lists that very name. Only entries of OCI's
# two types are looked at for their names.
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
echo "named:   $(grep -o '"mediaType":"[^"]*"' exported/index.json), $(grep -o '"org.opencontainers.image.ref.name":"[^"]*"' exported/index.json)"
[ "$(umoci ls --layout exported)" = it ]
skopeo --policy policy.json copy -q oci:exported dir:copied
echo "no name: copied, $(ls copied | wc -l) files"
[ "$(ls copied | wc -l)" = 4 ]
if skopeo --policy policy.json copy -q oci:exported:it dir:again 2> log; then echo "the name opens it now"; exit 1; fi
echo "it:      $(grep -o 'no descriptor found for reference' log)"
grep -q 'no descriptor found for reference' log
