"""`ocitui serve`, in a real browser."""
