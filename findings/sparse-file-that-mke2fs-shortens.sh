#!/bin/sh
# Expected (mke2fs(8), -d: "copy the contents of the given directory into the root directory of the filesystem"): a file
# in the image has the size that it has in the folder, whatever the features of the filesystem.
# Seen with mke2fs 1.47.0 of Debian 12: with -O inline_data a sparse file that ends in a hole ends with its last block of
# data in the image: 20,000 bytes become 9,216 with blocks of 1,024. Without inline_data it is whole. e2fsck finds nothing.
# Fails where that changes. Needs Debian 12, whose package it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download e2fsprogs=1.47.0-2+b2 libext2fs2=1.47.0-2+b2 libss2=1.47.0-2+b2 libcom-err2=1.47.0-2+b2 2> "$WORK/note")
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/sbin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/lib/$(uname -m)-linux-gnu:$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu"
cd "$WORK"
mkdir tree
printf start > tree/f; printf end | dd of=tree/f bs=1 seek=9000 conv=notrunc status=none; truncate -s 20000 tree/f
size() {
    mke2fs -q -t ext4 -b 1024 -O "$1" -d tree image 2048 > note 2>&1; rm -f copy
    e2fsck -fn image > note 2>&1
    debugfs -R 'dump f copy' image 2> note
    stat -c %s copy; rm image
}
without=$(size ^inline_data) with=$(size inline_data)
echo "without inline_data: $without; with: $with"
[ "$without" = 20000 ] && [ "$with" = 9216 ]
