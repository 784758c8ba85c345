"""`ocitui find`: search the paths and contents of all layers."""
