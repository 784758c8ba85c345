"""Where blobs live: one file a transport."""
