"""`ocitui ci`: check an image against rules, and the formats its report is written in."""
