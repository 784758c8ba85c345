"""Archives in layers: jar, zip, tar, deb, rpm, …, read in place, an archive in an archive likewise."""
