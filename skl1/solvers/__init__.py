"""Solvers: one algorithm each, and the driver that runs them."""
