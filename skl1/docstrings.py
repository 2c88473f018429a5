"""Docstrings of classes that have paragraphs in common."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import indent


def shared(paragraphs: dict[str, str], **words: str) -> Callable[[type], type]:
    """A decorator that puts paragraphs in the place of ``@their name@`` in a class's docstring.

    ``words`` take the place of names in capitals in the paragraphs.
    """

    def decorate(cls):
        if cls.__doc__ is not None:  # as it is under -OO
            for name, text in paragraphs.items():
                filled = text[1:]
                for old, new in words.items():
                    filled = filled.replace(old, new)
                cls.__doc__ = cls.__doc__.replace(f"    @{name}@\n", indent(filled, "    "))
        return cls

    return decorate
