#!/bin/sh
# Expected: an extended attribute user.a%b comes out of a tar as user.a%b, whatever wrote the tar and whatever reads it;
# an archiver at least gives back what it took.
# Seen on Debian 12: GNU tar 1.34 and bsdtar 3.6.2 both write the record SCHILY.xattr.user.a%25b, since a record cannot
# hold every name. GNU tar alone undoes it. umoci 0.4.7, which takes the name as it stands there, sets user.a%25b. bsdtar
# sets that too, and of its own archive user.a%b besides (from its second record, LIBARCHIVE.xattr.user.a%25b): two for one.
# Fails where that changes. Needs root on Debian 12, whose packages it unpacks into a temporary folder, and a file system
# with user attributes.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download tar=1.34+dfsg-1.2+deb12u1 libarchive-tools=3.6.2-1+deb12u5 libarchive13=3.6.2-1+deb12u5 libicu72 libnettle8 libxml2 umoci=0.4.7+ds-3+b7)
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/bin:$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu"
cd "$WORK"
attributes() { python3 -c 'import os, sys; print(*sorted(os.listxattr(sys.argv[1])))' "$1"; }
echo a > a; python3 -c 'import os; os.setxattr("a", "user.a%b", b"1")'
tar --xattrs -cf gnu.tar a
bsdtar -cf bsd.tar a
: > seen
for writer in gnu bsd; do
    mkdir "gnu-of-$writer" "bsd-of-$writer"
    tar --xattrs -C "gnu-of-$writer" -xf "$writer.tar" 2> note
    bsdtar -C "bsd-of-$writer" -xf "$writer.tar"
    umoci init --layout "l-$writer"; umoci new --image "l-$writer:it"
    umoci raw add-layer --image "l-$writer:it" "$writer.tar" 2> note
    umoci raw unpack --image "l-$writer:it" "umoci-of-$writer" 2> note
    for reader in gnu bsd umoci; do echo "$writer -> $reader: $(attributes "$reader-of-$writer/a")" | tee -a seen; done
done
cat > expected <<'T'
gnu -> gnu: user.a%b
gnu -> bsd: user.a%25b
gnu -> umoci: user.a%25b
bsd -> gnu: user.a%b
bsd -> bsd: user.a%25b user.a%b
bsd -> umoci: user.a%25b
T
cmp expected seen
