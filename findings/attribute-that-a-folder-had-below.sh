#!/bin/sh
# Expected (image-spec, Changeset over existing files): the attributes of a folder MUST be replaced by those of its entry
# in the layer above, so an extended attribute that was taken from a folder is gone.
# Layer 1, the folder d and the file f with user.a; layer 2, as umoci 0.4.7 repacks the two without it.
# Seen on Debian 12 with that image: umoci 0.4.7 and buildah 1.28.2 (containers/storage 1.43) with --storage-driver overlay
# have no user.a; with --storage-driver vfs the file has none, and the folder has it as before. Nothing is said.
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder, overlayfs, and a
# file system with user attributes.
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
attributes() { python3 -c 'import os, sys; os.chdir(sys.argv[1]); print(*(f"{name}:{os.listxattr(name)}" for name in ("d", "f")))' "$1"; }
umoci init --layout l; umoci new --image l:it
umoci unpack --image l:it bundle 2> note
mkdir bundle/rootfs/d; : > bundle/rootfs/f
python3 -c 'import os; [os.setxattr(f"bundle/rootfs/{name}", "user.a", b"1") for name in ("d", "f")]'
umoci repack --refresh-bundle --image l:it bundle 2> note
echo "layer 1: $(attributes bundle/rootfs)"
python3 -c 'import os; [os.removexattr(f"bundle/rootfs/{name}", "user.a") for name in ("d", "f")]'
umoci repack --image l:it bundle 2> note
echo "layer 2: $(attributes bundle/rootfs)"
umoci raw unpack --image l:it u 2> note
attributes u > umoci; echo "umoci:   $(cat umoci)"
for driver in vfs overlay; do
    b() { buildah --storage-driver "$driver" --root "$WORK/o" --runroot "$WORK/r" "$@"; }
    b from --signature-policy "$WORK/policy.json" --name it oci:l:it > log 2>&1 || { cat log; exit 1; }
    attributes "$(b mount it)" > "$driver"
    echo "$driver: $(cat "$driver")"
    b umount it > log; b rm it > log; b rmi --all > log
done
[ "$(cat umoci)" = "d:[] f:[]" ] && [ "$(cat vfs)" = "d:['user.a'] f:[]" ] && [ "$(cat overlay)" = "d:[] f:[]" ]
