"""How results are told: names of features, tables of pandas, short texts."""
