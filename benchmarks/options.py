"""The options that all commands share."""

from __future__ import annotations

import argparse
from pathlib import Path


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser that knows them."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--quick", action="store_true", help="fewer and smaller cases: a first look")
    made.add_argument("--threads", type=int, default=1, help="threads for everybody (default 1)")
    made.add_argument(
        "--output",
        type=Path,
        default=Path("benchmark-results"),
        help="folder for tables, figures and pictures (default: %(default)s)",
    )
    return made


def repeat(chosen: argparse.Namespace) -> list[str]:
    """The shared options as another command takes them."""
    quick = ["--quick"] if chosen.quick else []
    return [*quick, "--threads", str(chosen.threads), "--output", str(chosen.output)]
