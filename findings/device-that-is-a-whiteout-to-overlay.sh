#!/bin/sh
# Expected: a character device with the numbers 0 and 0 is one (POSIX has no rule against it, image-spec lists
# character devices among its file types); a whiteout is a file whose name begins with .wh. and nothing else.
# Layer 1: the file a. Layer 2: a character device 0, 0 as a, and another as b.
# Seen on Debian 12 with one image: umoci 0.4.7 and buildah 1.28.2 (containers/storage 1.43) with --storage-driver vfs
# have both devices; with --storage-driver overlay neither is there, nor the file a: overlayfs keeps its own whiteouts
# as such devices, and the driver writes those of the layer into the same folder. None of them says a word.
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder, and overlayfs.
set -eu
WORK=$(mktemp -d)
cleanup() { umount "$WORK"/o/overlay/*/merged "$WORK/o/overlay" 2> "$WORK/ignored" || :; rm -rf "$WORK"; }
trap cleanup EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download buildah=1.28.2+ds1-3+deb12u1+b3 umoci=0.4.7+ds-3+b7 libgpgme11 libassuan0 libdevmapper1.02.1 libseccomp2)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK
cd "$WORK"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$WORK/policy.json"
mkdir 1 2; echo a > 1/a; echo kept > 1/kept
python3 - <<'P'
import tarfile
with tarfile.open("2.tar", "w") as tar:
    for name in "a", "b":
        device = tarfile.TarInfo(name)
        device.type, device.devmajor, device.devminor = tarfile.CHRTYPE, 0, 0
        tar.addfile(device)
P
tar -C 1 -cf 1.tar a kept
umoci init --layout l; umoci new --image l:it
for layer in 1 2; do umoci raw add-layer --image l:it "$layer.tar" 2> note; done
listed() { find "$1" -mindepth 1 -printf '%P:%y\n' | sort | xargs; }
umoci raw unpack --image l:it u 2> note
listed u > umoci; echo "umoci:   $(cat umoci)"
for driver in vfs overlay; do
    b() { buildah --storage-driver "$driver" --root "$WORK/o" --runroot "$WORK/r" "$@"; }
    b from --signature-policy "$WORK/policy.json" --name it oci:l:it > log 2>&1 || { cat log; exit 1; }
    listed "$(b mount it)" > "$driver"
    echo "$driver: $(cat "$driver")"
    b umount it > log; b rm it > log; b rmi --all > log
done
[ "$(cat umoci)" = "a:c b:c kept:f" ] && [ "$(cat vfs)" = "a:c b:c kept:f" ] && [ "$(cat overlay)" = "kept:f" ]
