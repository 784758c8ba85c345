"""The package databases of dpkg, apk and rpm: which package owns a path."""
