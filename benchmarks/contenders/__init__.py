"""Contenders in the race: a file, a class and a name each. The folder is the register."""
