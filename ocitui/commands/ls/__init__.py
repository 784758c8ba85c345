"""`ocitui ls`: list the files of a layer or of the final filesystem."""
