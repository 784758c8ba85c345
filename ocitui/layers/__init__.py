"""One layer blob: decompress it, scan its tar stream, build its index, keep that in the cache.

Nothing is imported here, so that a worker process starts quickly. What others use:

- `ocitui.layers.scan.request.LayerRequest`: one blob to read.
- `ocitui.layers.scan.scan`: `index_layer` (cache or scan, here and now), `LayerScan` (a worker
  process with events, a live index, and `cancel`), `CancelledError`.
- `ocitui.layers.scan.several`: `scan_layers` (several, side by side), `LayerScans` (the same,
  whose entries may be looked at before their digests are known).
- `ocitui.layers.index.index`: `LayerIndex` with `summary`, `root`, `children`, `rows`, `entries`,
  `lookup`, `directory_id`, `whiteout`, `opaque`, `path_of`, `walk`.
- `ocitui.layers.reader`: `LayerReader` with `read`, `chunks`, `data_chunks`, `file_of`: contents of files.
- `ocitui.layers.index.directories.ROOT`: the id of every layer's root directory.
- `ocitui.layers.entry`: `Entry`, `EntryKind`.
- `ocitui.layers.summary`: `LayerSummary`, `Damage`.
- `ocitui.layers.cache`: `LayerCache`, `CacheUsage`.
- `ocitui.layers.compression.detect`: `Compression`, `compression_of_media_type`, `is_encrypted`,
  `disagreement` (the note when media type and bytes disagree).
- `ocitui.layers.scan.progress.ScanProgress`: how far a scan is.
- `ocitui.layers.pathnames`: `components`, `hidden_name`.

A layer that is damaged, no tar at all, or has another digest or size than expected does
not raise: its index shows what could be read, and `LayerSummary.damages` says what is
wrong and where. `BlobError` and `LayerError` are raised when nothing could be read.
"""
