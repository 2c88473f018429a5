"""The options that benchmarks share."""

from __future__ import annotations

import argparse
from pathlib import Path


def bare(module: str, description: str | None) -> argparse.ArgumentParser:
    """A parser for the benchmark that is in this module, without any option."""
    name = module.rpartition(".")[2]
    return argparse.ArgumentParser(
        prog=f"python -m benchmarks {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def parser(module: str, description: str | None) -> argparse.ArgumentParser:
    """A parser that knows the options which most benchmarks take."""
    made = bare(module, description)
    made.add_argument("--quick", action="store_true", help="fewer and smaller cases: a first look")
    made.add_argument("--threads", type=int, default=1, help="threads for everybody (default 1)")
    made.add_argument(
        "--output",
        type=Path,
        default=Path("benchmark-results"),
        help="folder for tables, figures and pictures (default: %(default)s)",
    )
    return made


def add_baseline(made: argparse.ArgumentParser) -> None:
    """Let a parser take another checkout of skl1."""
    made.add_argument(
        "--baseline",
        type=Path,
        metavar="PATH",
        help="a checkout of skl1, such as the state before a change, to measure beside this one",
    )


def repeat(chosen: argparse.Namespace) -> list[str]:
    """The shared options as another command takes them."""
    quick = ["--quick"] if chosen.quick else []
    return [*quick, "--threads", str(chosen.threads), "--output", str(chosen.output)]
