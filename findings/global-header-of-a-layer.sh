#!/bin/sh
# Expected (POSIX pax, ustar Interchange Format): the records of a global extended header, typeflag g, hold for all
# entries after it; an archive without them (`git archive` writes one for its comment alone) is read like any other.
# Seen on Debian 12 with one tar whose global header says uid=1234: GNU tar 1.34 gives the file to 1234; bsdtar 3.6.2
# leaves the header out, so the file is root's; buildah 1.28.2 (containers/storage 1.43) does, but makes the folder that
# the header's own name is in, /tmp of /tmp/GlobalHead.1 as GNU tar calls it, for all to see and not to write to;
# umoci 0.4.7 adds the tar as a layer and then refuses to unpack it: "unknown typeflag '\x67'", which is g.
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download buildah=1.28.2+ds1-3+deb12u1+b3 umoci=0.4.7+ds-3+b7 tar=1.34+dfsg-1.2+deb12u1 libarchive-tools=3.6.2-1+deb12u5 libarchive13=3.6.2-1+deb12u5 libicu72 libnettle8 libxml2 libgpgme11 libassuan0 libdevmapper1.02.1 libseccomp2)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/bin:$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu:$WORK/unpacked/lib/$(uname -m)-linux-gnu"
export TMPDIR=$WORK
cd "$WORK"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$WORK/policy.json"
echo a > a; mkdir gnu bsd
TMPDIR=/tmp tar --format=pax --owner=0 --pax-option=uid=1234 -cf it.tar a
python3 -c 'import tarfile; header = open("it.tar", "rb").read(512); assert header[156:157] == b"g", header'
tar --numeric-owner -C gnu -xpf it.tar; echo "GNU tar: $(stat -c %u gnu/a)"
bsdtar -C bsd -xpf it.tar; echo "bsdtar:  $(stat -c %u bsd/a)"
umoci init --layout l; umoci new --image l:it
umoci raw add-layer --image l:it it.tar 2> note
b() { buildah --storage-driver vfs --root "$WORK/s" --runroot "$WORK/r" "$@"; }
b from --signature-policy "$WORK/policy.json" --name it oci:l:it > log 2>&1 || { cat log; exit 1; }
found=$(cd "$(b mount it)" && stat -c '%n:%u:%a' * | xargs)
echo "buildah: $found"
if umoci raw unpack --image l:it u > log 2>&1; then echo "umoci takes it now"; exit 1; fi
echo "umoci:  $(grep -o "unknown typeflag '[^']*'" log)"
grep -q "unknown typeflag '.x67'" log
[ "$(stat -c %u gnu/a)" = 1234 ] && [ "$(stat -c %u bsd/a)" = 0 ] && [ "$found" = "a:0:644 tmp:0:755" ]
