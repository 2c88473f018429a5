"""The benchmarks: a file each, found by itself, with a purpose and a ``main``."""
