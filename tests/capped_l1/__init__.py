"""A penalty as a developer would add it to skl1: a file each for it, the estimator and its search."""
