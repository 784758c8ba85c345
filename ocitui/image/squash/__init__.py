"""All layers squashed in one pass: what is in the final filesystem, and what removed the rest."""
