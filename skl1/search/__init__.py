"""The search for good minima of nonconvex problems, and of best subsets."""
