"""The page of sizes: by folder, by file, by package."""
