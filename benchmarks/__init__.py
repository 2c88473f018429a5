"""Benchmarks of skl1: ``python -m benchmarks`` from the root of the repository; see README.md."""
