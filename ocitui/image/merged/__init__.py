"""The layers applied on one another: the merged tree, and the history of its paths."""
