"""``ocitui attestations``: what is attested of an image."""
