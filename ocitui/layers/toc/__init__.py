"""Tables of contents: the index of a layer from a few of its bytes.

A `table.TableOfContents` says where the table of a layer is, and which digest it must have;
`ocitui.layers.scan.request.LayerRequest.table` carries it, and `find.find_table` finds it in
what a manifest says of a layer. `build.build_from_table` reads it into an index of the same
tables as a scan's, so that everything that is said of files works alike; `LayerSummary.basis`
says what the index rests on. Contents of files are read through `chunked_blob.ChunkedBlob`
where the table has chunks with digests, by `soci.span_source.SpanSource` where it is a ztoc,
and else by the seek points of the index.

A further format is a member of `ocitui.layers.basis.Source`, a function that reads its
tables among the readers of `build`, and a way to find one. Ztocs, which are no part of their
layers, are in `soci`, and found by `ocitui.image.soci`.

A table that is not what it must be raises `errors.TableError`: then the layer itself is to
be read, which a table can only spare.
"""
