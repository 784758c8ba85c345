#!/bin/sh
# Expected (image-spec, Layer Filesystem Changeset, Whiteouts): a whiteout applies to the layers below only, so a layer
# with the file a/b and, later in the tar, the whiteout a/.wh.b has a/b in the end, in any order.
# Seen on Debian 12 with one image: umoci 0.4.7 keeps the layer's a/b; buildah 1.28.2 (containers/storage 1.43) has no
# a/b with --storage-driver vfs, and fails with overlay: "processing tar file(file exists)".
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
mkdir -p "$WORK/1/a" "$WORK/2/a"; echo old > "$WORK/1/a/b"; echo new > "$WORK/2/a/b"; : > "$WORK/2/a/.wh.b"
tar -C "$WORK/1" -cf "$WORK/1.tar" a
tar -C "$WORK/2" -cf "$WORK/2.tar" a/b a/.wh.b
umoci init --layout "$WORK/l"; umoci new --image "$WORK/l:it"
for layer in 1 2; do umoci raw add-layer --image "$WORK/l:it" "$WORK/$layer.tar" 2> "$WORK/note"; done
umoci raw unpack --image "$WORK/l:it" "$WORK/unpacked-by-umoci" 2> "$WORK/note"
echo "umoci: a/b is $(cat "$WORK/unpacked-by-umoci/a/b")"
[ "$(cat "$WORK/unpacked-by-umoci/a/b")" = new ]
b() { buildah --storage-driver "$driver" --root "$WORK/o" --runroot "$WORK/r" "$@"; }
driver=vfs
b from --signature-policy "$WORK/policy.json" --name it oci:l:it > "$WORK/log" 2>&1 || { cat "$WORK/log"; exit 1; }
found=$(ls -A "$(b mount it)/a")
echo "vfs: a holds '$found'"
[ -z "$found" ]
b umount it > "$WORK/log"; b rm it > "$WORK/log"; b rmi --all > "$WORK/log"
driver=overlay
if b from --signature-policy "$WORK/policy.json" --name it oci:l:it > "$WORK/log" 2>&1; then echo "overlay takes it now"; exit 1; fi
tail -n 1 "$WORK/log" | sed "s|$WORK|WORK|g"
grep -q 'file exists' "$WORK/log"
