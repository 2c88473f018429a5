"""Pages that show: their Python runs, and what it prints and draws stands below it.

A ``python`` block of a page is followed by what it prints, in a ``text`` block, and by a comment
for each picture that it draws, ``<!-- picture: what it shows -->``. All blocks of a page share one
namespace. A warning is printed as a line, and so is the error that ends a block.
``python docs/shown.py docs/page.md`` writes what is printed into the page; the build and the tests
compare it, numbers with a tolerance.
"""

from __future__ import annotations

import importlib.util
import io
import re
import sys
import textwrap
import traceback
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(
    r"^```python\n(?P<source>.*?)^```\n"
    r"(?P<shown>(?:\n```text\n.*?^```\n)?)"
    r"(?P<pictures>(?:\n<!-- picture: [^\n]* -->\n)*)",
    re.MULTILINE | re.DOTALL,
)
PICTURE = re.compile(r"<!-- picture: (.*) -->")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
#: Numbers may differ by this share, or by one unit in the last decimal place.
TOLERANCE = 1e-2
#: The colour of text and axes, by day and at night.
INK, CHALK = "#1f2328", "#e6edf3"
INKED = ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
CLEAR = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")
WIDTH = 96


@dataclass(frozen=True)
class Block:
    """A block of code in a page, with what is shown below it."""

    line: int
    source: str
    shown: str | None
    pictures: list[str]


@dataclass(frozen=True)
class Outcome:
    """What a block printed and drew; ``error`` is the traceback if it was ended by an error."""

    printed: str
    figures: list
    error: str | None


def blocks(text: str) -> list[Block]:
    """Find the blocks of a page."""
    found = []
    for match in BLOCK.finditer(text):
        line = text[: match.start("source")].count("\n")
        shown = match["shown"].strip().removeprefix("```text\n").removesuffix("```")
        pictures = PICTURE.findall(match["pictures"])
        found.append(Block(line, match["source"], shown if match["shown"] else None, pictures))
    return found


def _say(message, category, *_):
    """A warning as a line of output."""
    print(_folded(f"{category.__name__}: {message}"))  # noqa: T201


def _folded(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent="    ", break_on_hyphens=False)


def _pyplot():
    """Matplotlib's pyplot without windows, or None."""
    if importlib.util.find_spec("matplotlib") is None:
        return None
    import matplotlib as mpl  # noqa: PLC0415 (pages without pictures run without it)

    mpl.use("agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    return plt


@contextmanager
def drawn_in_ink() -> Iterator:
    """Pictures without a background, their text and axes in ink; yields pyplot or None."""
    plt = _pyplot()
    with ExitStack() as stack:
        if plt is not None:
            style = dict.fromkeys(INKED, INK) | dict.fromkeys(CLEAR, "none")
            stack.enter_context(plt.rc_context(style | {"svg.hashsalt": "skl1"}))
        yield plt


def save(figure, stem: Path) -> None:
    """Write a picture for light paper, and its twin for dark."""
    light = stem.with_name(f"{stem.name}-light.svg")
    figure.savefig(light, metadata={"Date": None})
    dark = light.read_text("utf-8").replace(INK, CHALK)
    stem.with_name(f"{stem.name}-dark.svg").write_text(dark, "utf-8")


def run(page: Path) -> Iterator[tuple[Block, Outcome]]:
    """Run a page, block by block. An import of what is not installed is raised."""
    namespace = {"__name__": "__main__"}
    with drawn_in_ink() as plt:
        for block in blocks(page.read_text("utf-8")):
            stream, error = io.StringIO(), None
            with redirect_stdout(stream), warnings.catch_warnings():
                warnings.simplefilter("always")
                for kind in (DeprecationWarning, PendingDeprecationWarning):  # for developers
                    warnings.simplefilter("ignore", kind)
                warnings.showwarning = _say
                try:
                    # Blank lines in front make a traceback name the line of the page.
                    exec(compile("\n" * block.line + block.source, page, "exec"), namespace)
                except ImportError:
                    raise
                except Exception as ended:  # a page may show an error
                    error = traceback.format_exc()
                    stream.write(_folded(f"{type(ended).__name__}: {ended}") + "\n")
            printed = "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())
            figures = [plt.figure(number) for number in plt.get_fignums()] if plt else []
            yield block, Outcome(printed, figures, error)
            if plt:
                plt.close("all")


def same(printed: str, shown: str) -> bool:
    """Whether two texts have the same words, and numbers that are close. Blanks do not count."""

    def words(text):
        return NUMBER.sub("#", " ".join(text.split())).replace("[ ", "[")

    def close(ours, theirs):
        mantissa, _, power = theirs.partition("e")
        places = len(mantissa.partition(".")[2])
        unit = 10.0 ** (int(power or 0) - places) if "." in mantissa else 0.0
        allowed = max(TOLERANCE * abs(float(theirs)), 1.001 * unit)
        return abs(float(ours) - float(theirs)) <= allowed

    pairs = zip(NUMBER.findall(printed), NUMBER.findall(shown), strict=False)
    return words(printed) == words(shown) and all(close(*pair) for pair in pairs)


def complaint(page: Path, block: Block, outcome: Outcome) -> str | None:
    """What is wrong with what the page shows below a block, or None."""
    shown = block.shown or ""
    if same(outcome.printed, shown) and len(outcome.figures) == len(block.pictures):
        return None
    if outcome.error is not None and not same(outcome.printed, shown):
        return outcome.error
    return (
        f"{page}, code from line {block.line + 1} on, prints\n{outcome.printed}"
        f"and draws {len(outcome.figures)} pictures. The page shows\n{shown}"
        f"and {len(block.pictures)} pictures."
    )


def written(page: Path) -> str:
    """The page with what its code prints; an error that it does not show yet is raised."""
    outcomes = [outcome for _, outcome in run(page)]
    left = iter(outcomes)

    def renewed(match):
        outcome = next(left)
        if outcome.error is not None and not match["shown"]:
            raise RuntimeError(outcome.error)
        shown = f"\n```text\n{outcome.printed}```\n" if outcome.printed else ""
        if len(outcome.figures) != len(PICTURE.findall(match["pictures"])):
            raise RuntimeError(f"{page} names not as many pictures as it draws:\n{match['source']}")
        return f"```python\n{match['source']}```\n{shown}{match['pictures']}"

    return BLOCK.sub(renewed, page.read_text("utf-8"))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(written(Path(name)), "utf-8")
