#!/bin/sh
# Expected: COPY adds files. image-spec (Layer Filesystem Changeset, Whiteouts) keeps names that begin with .wh. for
# whiteouts, so a file of such a name cannot be in a layer, and whoever is to put it there says so, as umoci does.
# The base has the files f and g; the build context has a folder with the one file .wh.f; COPY copies it to /.
# Seen with buildah 1.28.2 (containers/storage 1.43, vfs, Debian 12): the build ends with 0. The image has neither .wh.f nor
# the base's f. umoci 0.4.7, where the file is put into an unpacked bundle, repacks none: "invalid path has whiteout prefix".
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download buildah=1.28.2+ds1-3+deb12u1+b3 umoci=0.4.7+ds-3+b7 libgpgme11 libassuan0 libdevmapper1.02.1 libseccomp2)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK BUILDAH_ISOLATION=chroot
cd "$WORK"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > policy.json
mkdir base; echo f > base/f; echo g > base/g; tar -C base -cf base.tar f g
umoci init --layout l; umoci new --image l:it; umoci raw add-layer --image l:it base.tar 2> note
mkdir -p context/d; echo text > context/d/.wh.f
printf 'FROM localhost/l\nCOPY d/ /\n' > context/Dockerfile
b() { buildah --storage-driver vfs --root "$WORK/s" --runroot "$WORK/r" "$@"; }
b pull --signature-policy policy.json oci:l:it > log 2>&1 || { cat log; exit 1; }
b build --signature-policy policy.json -t made.here/it context > log 2>&1 || { cat log; exit 1; }
b from --signature-policy policy.json --name it made.here/it > log 2>&1 || { cat log; exit 1; }
found=$(ls -A "$(b mount it)" | xargs)
echo "buildah: 0, and the image has: $found"
umoci unpack --image l:it bundle 2> note
echo text > bundle/rootfs/.wh.f
if umoci repack --image l:it bundle 2> log; then echo "umoci takes it now"; exit 1; fi
echo "umoci:   $(grep -o 'invalid path has whiteout prefix "[^"]*"' log | head -n 1)"
grep -q 'invalid path has whiteout prefix' log
[ "$found" = g ]
