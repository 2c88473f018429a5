"""Which features are found, and how well y is predicted: simulations of best-subset selection."""
