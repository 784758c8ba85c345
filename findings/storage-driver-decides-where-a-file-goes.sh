#!/bin/sh
# Expected: one image is one root filesystem, whatever stores it. Layer 1: x/y and the symbolic link b -> x. Layer 2: the
# file b/c, without an entry for b (image-spec, Layer Filesystem Changeset, does not say whether the link is followed).
# Seen with buildah 1.28.2 (containers/storage 1.43, Debian 12): --storage-driver vfs writes through the link (b -> x,
# x/c), --storage-driver overlay has a folder b that hides the link (b/c, and x has y alone). Neither says a word.
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
mkdir -p "$WORK/1/x" "$WORK/2/b"; echo y > "$WORK/1/x/y"; ln -s x "$WORK/1/b"; echo c > "$WORK/2/b/c"
tar -C "$WORK/1" -cf "$WORK/1.tar" x b
tar -C "$WORK/2" -cf "$WORK/2.tar" b/c
umoci init --layout "$WORK/l"; umoci new --image "$WORK/l:it"
for layer in 1 2; do umoci raw add-layer --image "$WORK/l:it" "$WORK/$layer.tar" 2> "$WORK/note"; done
listed() { (cd "$1" && find . -mindepth 1 \( -type d -printf '%P/ ' -o -type l -printf '%P->%l ' -o -printf '%P ' \)) | tr ' ' '\n' | sort | xargs; }
for driver in vfs overlay; do
    b() { buildah --storage-driver "$driver" --root "$WORK/o" --runroot "$WORK/r" "$@"; }
    b from --signature-policy "$WORK/policy.json" --name it oci:l:it > "$WORK/log" 2>&1 || { cat "$WORK/log"; exit 1; }
    listed "$(b mount it)" > "$WORK/$driver"
    echo "$driver: $(cat "$WORK/$driver")"
    b umount it > "$WORK/log"; b rm it > "$WORK/log"; b rmi --all > "$WORK/log"
done
[ "$(cat "$WORK/vfs")" = "b->x x/ x/c x/y" ] && [ "$(cat "$WORK/overlay")" = "b/ b/c x/ x/y" ]
