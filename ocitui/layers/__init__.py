"""One layer blob: decompress, scan the tar stream, index it, cache the index, read entries back."""
