"""The tags under which cosign keeps what it attaches to an image in a registry that lists no referrers.

Implements sigstore/cosign, specs/SIGNATURE_SPEC.md: Storage.
"""

TAG_SUFFIXES = {".sig": "signature", ".att": "attestation", ".sbom": "SBOM"}
"""The ends of such tags, which begin with ``sha256-<hex>``, each with its meaning."""
