#!/bin/sh
# Expected: `fsck.erofs --extract=FOLDER --preserve` writes a tree like the one that the image was made of: two names of one
# inode are two names of one inode again, as unsquashfs and a mount have them.
# Seen with erofs-utils 1.5 of Debian 12: mkfs.erofs keeps the link (dump.erofs: "Links: 2", one NID), fsck.erofs writes two
# files, each with all of the contents: a tree of hard links grows when it is extracted, and a layer made of the result
# stores every name's contents. It ends with 0 and says nothing of it.
# Fails where that changes. Needs Debian 12, whose package it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download erofs-utils=1.5-1 liblz4-1=1.9.4-1 2> "$WORK/note")
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu"
cd "$WORK"
mkdir tree
echo contents > tree/a; ln tree/a tree/b
mkfs.erofs image tree > note 2>&1
nid() { dump.erofs --path="/$1" image | sed -n 's/^NID: *\([0-9]*\) *Links: *\([0-9]*\).*/\1 with \2 links/p'; }
fsck.erofs --extract=out --preserve image > said 2>&1
echo "in the image: a is inode $(nid a), b is inode $(nid b)"
echo "extracted: a has $(stat -c %h out/a) link, b has $(stat -c %h out/b)"
[ "$(nid a)" = "$(nid b)" ] && [ "$(stat -c %h out/a)" = 1 ] && [ "$(stat -c %h out/b)" = 1 ]
! [ out/a -ef out/b ]
