"""Docstrings of classes that have paragraphs in common."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import cleandoc
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
                # From Python 3.13 on docstrings have lost the indentation of their lines.
                found = re.search(rf"^( *)@{name}@\n", cls.__doc__, re.MULTILINE)
                if found:
                    cls.__doc__ = cls.__doc__.replace(found[0], indent(filled, found[1]))
        return cls

    return decorate


def sections(cls: type, *titles: str) -> dict[str, str]:
    """Paragraphs for ``shared``: sections of the docstring of another class, by their titles."""
    found = {}
    for title in titles:
        pattern = rf"^{title}\n-+\n(.*?)(?=\n\n\S[^\n]*\n---)"
        text = re.search(pattern, cleandoc(cls.__doc__ or ""), re.MULTILINE | re.DOTALL)
        # Footnotes stay with the other class.
        body = re.sub(r" ?\[\d+\]_", "", text[1]) if text else ""
        found[title.lower()] = f"\n{body}\n"
    return found
