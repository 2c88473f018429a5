"""The one door to all benchmarks: ``python -m benchmarks NAME``; without a name, the race."""

from __future__ import annotations

import sys
from importlib import import_module

from benchmarks.discovery import purposes

DEFAULT = "race"


def described(found: dict[str, str]) -> str:
    """What ``--help`` prints: how to call, and all names with their purposes."""
    width = max(map(len, found))
    return "\n".join(
        [
            "usage: python -m benchmarks [NAME] [options]",
            "",
            f"Runs a benchmark: {DEFAULT}, if none is named.",
            "`python -m benchmarks NAME --help` lists the options of one.",
            "",
            *(f"  {name:{width}}  {purpose}" for name, purpose in found.items()),
        ]
    )


def main(arguments: list[str] | None = None) -> None:
    """Find the benchmark that the first argument names, and let it read the others."""
    given = sys.argv[1:] if arguments is None else arguments
    found = purposes()
    if given[:1] in (["-h"], ["--help"]):
        print(described(found))
        return
    name, rest = (DEFAULT, given) if not given or given[0][:1] == "-" else (given[0], given[1:])
    if name not in found:
        raise SystemExit(f"There is no benchmark {name!r}. There are: {', '.join(found)}.")
    import_module(f"benchmarks.suites.{name}").main(rest)


if __name__ == "__main__":
    main()
