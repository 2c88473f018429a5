"""Sequences of models: one penalty after another, each solution the start of the next."""
