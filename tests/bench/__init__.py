"""Benchmarks: ocitui beside its peers, in the same run, on the same data.

``python -m tests.bench`` measures and prints a table; a figure that does not hold is a defect.
Each bench is one file that registers itself, see `tests.bench.registry`.
"""
