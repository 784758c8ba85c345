"""The tar format: headers, extended headers, sparse maps, and the scanner over them."""
