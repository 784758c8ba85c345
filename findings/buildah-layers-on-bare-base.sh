#!/bin/sh
# Expected: a base without a history is valid (image-spec: history is OPTIONAL), so a Dockerfile of two COPYs on it builds.
# Seen with buildah 1.28.2 (Debian 12), --layers, base of umoci 0.4.7 with --no-history: the second step fails with
# "internal error: history lists 2 non-empty layers, but we have 4 layers on disk".
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download buildah=1.28.2+ds1-3+deb12u1+b3 skopeo=1.9.3+ds1-1+b10 umoci=0.4.7+ds-3+b7 libgpgme11 libassuan0 libdevmapper1.02.1 libseccomp2)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK BUILDAH_ISOLATION=chroot
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$WORK/policy.json"
mkdir "$WORK/c"; echo f > "$WORK/c/f"; echo g > "$WORK/c/g"
tar -C "$WORK/c" -cf "$WORK/one.tar" f; tar -C "$WORK/c" -cf "$WORK/two.tar" g
umoci init --layout "$WORK/l"; umoci new --image "$WORK/l:bare"
umoci raw add-layer --no-history --image "$WORK/l:bare" "$WORK/one.tar" 2> "$WORK/note"
umoci raw add-layer --no-history --image "$WORK/l:bare" "$WORK/two.tar" 2> "$WORK/note"
skopeo copy -q --policy "$WORK/policy.json" "oci:$WORK/l:bare" "containers-storage:[vfs@$WORK/s+$WORK/r]localhost/bare:latest"
printf 'FROM localhost/bare\nCOPY f /x\nCOPY g /y\n' > "$WORK/c/Dockerfile"
if buildah --storage-driver vfs --root "$WORK/s" --runroot "$WORK/r" bud --layers --signature-policy "$WORK/policy.json" -t x "$WORK/c" > "$WORK/log" 2>&1
then echo "it builds now"; exit 1; fi
grep 'internal error: history lists [0-9]* non-empty layers' "$WORK/log" || { cat "$WORK/log"; exit 1; }
