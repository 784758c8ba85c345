"""The query language of `find`, and the search of all layers."""
