"""Lists drawn row by row, and the bars above and below them."""
