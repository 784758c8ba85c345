"""The index of a layer: one SQLite file that holds its entries."""
