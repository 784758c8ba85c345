"""Signatures: who signed an image, and what they signed.

`find.signatures_of` finds those of an image and reads each into a `signature.Signature`: cosign's,
Sigstore bundles, notation's and OpenPGP's. Reading needs no cryptography and checks nothing; `keys`
checks against a public key with the library of the extra ``ocitui[verify]``, and asks nobody.
"""
