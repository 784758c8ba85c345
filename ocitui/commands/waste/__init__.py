"""`ocitui waste`: the bytes that are stored and not in the final filesystem."""
