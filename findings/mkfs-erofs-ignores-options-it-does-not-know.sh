#!/bin/sh
# Expected: mkfs.erofs refuses an extended option (-E) that it does not know, as it refuses unknown options otherwise, or
# at least says so; mke2fs(8) ends with "Bad option(s) specified" then.
# Seen with erofs-utils 1.5 of Debian 12: -E takes every word and ends with 0 in silence. So -Efragments and -Ededupe, which
# are of later versions, and each misspelled word do nothing: the image is byte for byte the one without them, and the
# features in its superblock are none. Whoever reads such an image cannot go by the command that made it.
# Fails where that changes. Needs Debian 12, whose package it unpacks into a temporary folder.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/debs"
(cd "$WORK/debs" && apt-get -qq download erofs-utils=1.5-1 liblz4-1=1.9.4-1 2> "$WORK/note")
for deb in "$WORK"/debs/*.deb; do dpkg-deb -x "$deb" "$WORK/unpacked"; done
export PATH="$WORK/unpacked/usr/bin:$PATH" LD_LIBRARY_PATH="$WORK/unpacked/usr/lib/$(uname -m)-linux-gnu"
cd "$WORK"
mkdir tree
for name in a b c; do head -c 300 /bin/sh > "tree/$name"; done
make() { # IMAGE OPTIONS...: what it says goes to IMAGE.said
    image=$1; shift
    mkfs.erofs -T 0 -U 00000000-0000-0000-0000-000000000001 "$@" "$image" tree > "$image.said" 2>&1
}
make plain
make later -Efragments,dedupe
make misspelled -Eno-such-word
for image in later misspelled; do
    cmp plain "$image" && cmp plain.said "$image.said"
done
if make refused --no-such-option; then echo "unknown long options are taken too"; exit 1; fi
echo "-Efragments,dedupe and -Eno-such-word: the same image as without, exit 0, no word; --no-such-option is refused"
