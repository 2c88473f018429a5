"""A penalty as a developer would add it to skl1: it, its estimator and its search, a file each."""
