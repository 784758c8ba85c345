#!/bin/sh
# Expected: a Sigstore bundle whose entry is the first of its log is read by every client. In JSON a field that is 0, or an
# empty list, may be left out (ProtoJSON), and npm's packages of Sigstore leave it out.
# Seen with @sigstore/protobuf-specs 0.5.2 (of @sigstore/bundle 4.0.0) and sigstore 4.5.1 (sigstore-models 0.0.6): the one
# writes a proof without logIndex and hashes, and reads it; the other refuses it: "Field required".
# Fails where that changes. Needs node, npm and python3 with venv.
set -eu
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
cd "$WORK"
npm install --silent --no-audit --no-fund @sigstore/protobuf-specs@0.5.2 > note 2>&1
python3 -m venv python && python/bin/pip -q --disable-pip-version-check install sigstore==4.5.1 sigstore-models==0.0.6 > note 2>&1
cat > write.js <<'T'
const { InclusionProof } = require('@sigstore/protobuf-specs');
const proof = { logIndex: '0', treeSize: '1', rootHash: Buffer.alloc(32), hashes: [], checkpoint: { envelope: 'a' } };
const written = InclusionProof.toJSON(proof);
console.error(InclusionProof.fromJSON(written).logIndex, InclusionProof.fromJSON(written).hashes.length);
console.log(JSON.stringify(written));
T
cat > read.py <<'T'
import sys
from pydantic import ValidationError
from sigstore_models.rekor.v1 import InclusionProof
try:
    print(InclusionProof.from_json(sys.stdin.read()))
except ValidationError as error:
    print(*sorted(f"{'.'.join(each['loc'])}: {each['msg']}" for each in error.errors()), sep="\n")
T
node write.js > proof.json 2> own
python/bin/python read.py < proof.json | tee seen
echo "0 0" | cmp - own
printf 'hashes: Field required\nlogIndex: Field required\n' | cmp - seen
