"""`ocitui which`: the layers that touched a path."""
