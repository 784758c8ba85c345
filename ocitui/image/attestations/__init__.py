"""Attestations: what a builder or a scanner says of an image, and what they say it of.

`find.attestations_of` finds those of an image in its tree and reads each into a
`statement.Statement`: who it is about, and a predicate. `provenance` reads a predicate that
says how something was built, `sbom` one that says what is in it. Nothing here is checked
against anybody's signature, and nothing is fetched that the documents name.
"""
