#!/bin/sh
# Expected (Linux, Documentation/filesystems/ext4: "Finding an Inode", "Direct/Indirect Block Addressing"): inodes are
# numbered from 1 to s_inodes_count, both included; a block that is mapped to 0 is a hole, and reads as zeros.
# Seen with dissect.extfs 3.15 (PyPI) and images of mke2fs 1.47.0: it lists no file whose inode is the last one, so that of
# a full filesystem a file is missing without a word; of a file of ext2 that ends in a hole the last blocks are those at
# the beginning of the image, its superblock among them, instead of zeros.
# Fails where that changes. Needs Debian 12, whose package it unpacks into a temporary folder, and Python 3.11 with venv.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download e2fsprogs=1.47.0-2+b2 libext2fs2=1.47.0-2+b2 libss2=1.47.0-2+b2 libcom-err2=1.47.0-2+b2 2> "$WORK/note")
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/sbin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/lib/$(uname -m)-linux-gnu:$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu"
python3 -m venv "$WORK/venv"
"$WORK/venv/bin/pip" -q --disable-pip-version-check install dissect.extfs==3.15 dissect.cstruct==4.7 dissect.util==3.24 2> "$WORK/note"
cd "$WORK"
mkdir tree; for name in a b c d e; do echo "$name" > "tree/$name"; done
mke2fs -q -t ext4 -b 4096 -I 256 -N 16 -O ^has_journal,^resize_inode -d tree full 256 > note
mkdir hole; truncate -s 8192 hole/h; echo start | dd of=hole/h conv=notrunc status=none
mke2fs -q -t ext2 -b 4096 -d hole holes 256 > note
debugfs -R 'ls -l' full 2> note | awk '{print $1, $NF}' | tee debugfs
cat > look.py <<'P'
from dissect.extfs import ExtFS
root = ExtFS(open("full", "rb")).root
print(*(name for name in root.listdir() if len(name) == 1 and name != "."))
data = ExtFS(open("holes", "rb")).get("h").open().read()
print(len(data), "zeros" if not data[6:].strip(b"\0") else "superblock" if data[4096 + 1080 :][:2] == b"\x53\xef" else "else")
P
venv/bin/python look.py | tee seen
grep -q '^16 e$' debugfs  # it is there
cat > expected <<T
a b c d
8192 superblock
T
cmp expected seen
