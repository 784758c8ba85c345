#!/bin/sh
# Expected: a tar may have a path twice, and the last one counts (POSIX pax, "-r" and "-u" append so; GNU tar extracts it
# so), and image-spec's layers are tars. umoci 0.4.7 and skopeo's copy between layouts take such a layer.
# Seen with buildah 1.28.2 (containers/storage 1.43, tar-split 0.11, Debian 12): storing the image, with any driver, fails
# with "duplicates of file paths not supported".
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d)
cleanup() { umount "$WORK/overlay/overlay" 2> "$WORK/ignored" || :; rm -rf "$WORK"; }
trap cleanup EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download buildah=1.28.2+ds1-3+deb12u1+b3 umoci=0.4.7+ds-3+b7 libgpgme11 libassuan0 libdevmapper1.02.1 libseccomp2)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK
cd "$WORK"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$WORK/policy.json"
mkdir "$WORK/c"; echo one > "$WORK/c/f"; tar -C "$WORK/c" -cf "$WORK/it.tar" f
echo two > "$WORK/c/f"; tar -C "$WORK/c" -rf "$WORK/it.tar" f
umoci init --layout "$WORK/l"; umoci new --image "$WORK/l:it"
umoci raw add-layer --image "$WORK/l:it" "$WORK/it.tar" 2> "$WORK/note"
umoci raw unpack --image "$WORK/l:it" "$WORK/unpacked-by-umoci" 2> "$WORK/note"
echo "umoci: f is $(cat "$WORK/unpacked-by-umoci/f")"
[ "$(cat "$WORK/unpacked-by-umoci/f")" = two ]
for driver in vfs overlay; do
    if buildah --storage-driver "$driver" --root "$WORK/$driver" --runroot "$WORK/r" from --signature-policy "$WORK/policy.json" oci:l:it > "$WORK/log" 2>&1
    then echo "$driver takes it now"; exit 1; fi
    echo "$driver: $(grep -o 'duplicates of file paths not supported' "$WORK/log" | head -n 1)"
    grep -q 'duplicates of file paths not supported' "$WORK/log"
done
