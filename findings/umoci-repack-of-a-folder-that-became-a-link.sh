#!/bin/sh
# Expected: umoci repack makes a layer of what was changed, so an image that is packed and unpacked again has the files
# it was packed with. Here the folder lib gives way to the symbolic link lib -> usr/lib; both folders had a file f.
# Seen with umoci 0.4.7 (Debian 12): the layer has the link and, after it, the whiteout lib/.wh.f for the file of the
# former folder, though the link replaces that with all in it. Unpacking follows the link: umoci itself and buildah 1.28.2
# (containers/storage 1.43, vfs) then have no usr/lib/f, which nobody touched, and say nothing.
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download buildah=1.28.2+ds1-3+deb12u1+b3 umoci=0.4.7+ds-3+b7 libgpgme11 libassuan0 libdevmapper1.02.1 libseccomp2)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK
cd "$WORK"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$WORK/policy.json"
mkdir -p one/lib one/usr/lib; echo lib > one/lib/f; echo usr > one/usr/lib/f; echo usr > one/usr/lib/g
tar -C one -cf one.tar lib usr
umoci init --layout l; umoci new --image l:it
umoci raw add-layer --image l:it one.tar 2> note
umoci unpack --image l:it bundle 2> note
rm -r bundle/rootfs/lib; ln -s usr/lib bundle/rootfs/lib
umoci repack --image l:it bundle 2> note
echo "packed:  $(ls bundle/rootfs/usr/lib | xargs)"
umoci raw unpack --image l:it again 2> note
echo "umoci:   $(ls again/usr/lib | xargs)"
b() { buildah --storage-driver vfs --root "$WORK/s" --runroot "$WORK/r" "$@"; }
b from --signature-policy "$WORK/policy.json" --name it oci:l:it > log 2>&1 || { cat log; exit 1; }
found=$(ls "$(b mount it)/usr/lib" | xargs)
echo "buildah: $found"
[ "$(ls bundle/rootfs/usr/lib | xargs)" = "f g" ] && [ "$(ls again/usr/lib | xargs)" = g ] && [ "$found" = g ]
