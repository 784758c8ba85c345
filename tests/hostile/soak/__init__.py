"""Thousands of random keys: nothing breaks, nothing grows, and every pane shows what a fresh start would.

``python -m tests.hostile.soak --help``
"""
