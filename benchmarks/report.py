"""What comes out: a table, a summary, all figures as JSON, a performance profile."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.race import BASELINE, OURS, Cell, Entry, ours

#: Where both take less than so many seconds, a ratio above this one is a draw.
BRIEF, DRAW = 5e-4, 0.9
#: Floors below so many seconds are no yardstick: there it is Python that counts.
TELLING = 1e-3
#: A support of more than this share of the rows is one near n.
NEAR = 0.5


def rows(header: Sequence[str], lines: Iterable[Sequence[str]], left: int = 1) -> str:
    """A table in plain text: the first columns to the left, the others to the right."""
    table = [list(header), *[list(line) for line in lines]]
    widths = [max(len(line[k]) for line in table) for k in range(len(header))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if k < left else text.rjust(width)
            for k, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    )


def milliseconds(seconds: float) -> str:
    """A time to three digits."""
    value = 1e3 * seconds
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def best_peer(cell: Cell) -> str:
    """The fastest other contender that reached the gap; empty if none did."""
    peers = {n: e.least for n, e in cell.entries.items() if not ours(n) and e.seconds}
    return min(peers, key=lambda name: peers[name]) if peers else ""


def ratio(cell: Cell) -> float:
    """How many times longer the best peer takes: inf if no peer gets there, 0 if we do not.

    NaN if nobody does, or there is no peer or not us: then there is nothing to compare.
    """
    peer, entry = best_peer(cell), cell.entries.get(OURS, Entry())
    raced = OURS in cell.entries and any(not ours(name) for name in cell.entries)
    if not raced or not (peer or entry.seconds):
        return math.nan
    if not entry.seconds:
        return 0.0
    return cell.entries[peer].least / entry.least if peer else math.inf


def behind(cell: Cell) -> bool:
    """Whether skl1 is slower than the best peer, a draw between brief times apart."""
    peer, value = best_peer(cell), ratio(cell)
    if not value < 1.0:
        return False
    brief = bool(peer) and max(cell.entries[n].least for n in (peer, OURS)) < BRIEF
    return value < DRAW if brief else True


def over_floor(cell: Cell) -> float:
    """How many times its floor our fit takes; NaN where one of the two is not known."""
    mine = cell.entries.get(OURS, Entry())
    return mine.least / cell.floor.seconds if mine.seconds else math.nan


def kind(cell: Cell) -> str:
    """What a floor is compared among: supports near n of either storage are a kind of their own."""
    if cell.floor.support > NEAR:
        return "support near n"
    return "sparse" if cell.floor.sparse else "dense"


def against_baseline(cell: Cell) -> float:
    """How many times longer the baseline takes; NaN unless both reach the gap."""
    mine, before = (cell.entries.get(name, Entry()) for name in (OURS, BASELINE))
    return before.least / mine.least if mine.seconds and before.seconds else math.nan


def _mean(ratios: Sequence[float]) -> float:
    """The geometric mean; NaN of none."""
    return math.exp(math.fsum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


@dataclass(frozen=True)
class Change:
    """What became of the baseline's times: their ratios to ours, in a few figures."""

    cells: int
    geometric_mean: float
    least: float
    largest: float

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> Change | None:
        """Over the cells that both reached; None if there are none."""
        ratios = [value for value in map(against_baseline, cells) if not math.isnan(value)]
        if not ratios:
            return None
        return cls(len(ratios), _mean(ratios), min(ratios), max(ratios))

    def __str__(self) -> str:
        return (
            f"{self.cells} cells; {BASELINE} / {OURS}: geometric mean {self.geometric_mean:.3f} "
            f"where both reach the gap, {self.least:.2f} to {self.largest:.2f}"
        )


@dataclass(frozen=True)
class Summary:
    """The ratios of all cells in a few figures."""

    cells: int
    geometric_mean: float
    means: dict[float, float]
    least: dict[float, float]
    below_one: int
    behind: int
    unreached_by_peers: int
    unreached_by_us: int
    over_floor: dict[str, float]
    furthest: dict[str, str]

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> Summary:
        """The geometric mean is over the cells that both sides reached, in all and at each gap.

        The largest times over the floor are of floors that tell anything, for each kind of cell.
        """
        cells = list(cells)
        far: dict[str, Cell] = {}
        for cell in cells:
            if cell.floor.seconds >= TELLING and over_floor(cell) > 0.0:
                name = kind(cell)
                far[name] = max(far.get(name, cell), cell, key=over_floor)
        pairs = [(cell.gap, ratio(cell)) for cell in cells]
        pairs = [(gap, value) for gap, value in pairs if not math.isnan(value)]
        both = [value for _, value in pairs if 0.0 < value < math.inf]
        gaps = sorted({gap for gap, _ in pairs}, reverse=True)
        return cls(
            cells=len(pairs),
            geometric_mean=_mean(both),
            means={g: _mean([v for h, v in pairs if h == g and 0.0 < v < math.inf]) for g in gaps},
            least={gap: min(value for g, value in pairs if g == gap) for gap in gaps},
            below_one=sum(value < 1.0 for _, value in pairs),
            behind=sum(map(behind, cells)),
            unreached_by_peers=sum(value == math.inf for _, value in pairs),
            unreached_by_us=sum(value == 0.0 for _, value in pairs),
            over_floor={name: over_floor(cell) for name, cell in far.items()},
            furthest={
                name: f"{cell.problem} at {cell.share:g}, {cell.gap:g}"
                for name, cell in far.items()
            },
        )

    def __str__(self) -> str:
        means, least = (
            ", ".join(f"{value:.2f} at {gap:g}" for gap, value in values.items())
            for values in (self.means, self.least)
        )
        floors = "".join(
            f"\nlargest time over floor, {name}: {value:.2f} ({self.furthest[name]})"
            for name, value in self.over_floor.items()
        )
        return (
            f"{self.cells} cells; best peer / {OURS}: geometric mean {self.geometric_mean:.2f} "
            f"where both reach the gap\n"
            f"geometric means: {means}\n"
            f"least ratio: {least}\n"
            f"cells below 1.0: {self.below_one} (of them not reached by {OURS}: "
            f"{self.unreached_by_us}); reached by no peer: {self.unreached_by_peers}\n"
            f"cells below 1.0, or below {DRAW:g} where both take less than "
            f"{milliseconds(BRIEF)} ms: {self.behind}{floors}"
        )


def race_table(cells: Sequence[Cell]) -> str:
    """One line a cell: least times in ms, the best peer, its ratio, our measured gap.

    Where floors were measured, our time over the floor stands beside the ratio.
    """
    names = list(dict.fromkeys(name for cell in cells for name in cell.entries))
    floors = any(cell.floor.seconds > 0.0 for cell in cells)
    header = ["problem", "n x p", "alpha/max", "gap", *names, "best peer", "ratio"]
    header += ["time/floor", "our gap"] if floors else ["our gap"]
    if BASELINE in names:
        header.append(f"{BASELINE}/{OURS}")
    lines = []
    for cell in cells:
        entries = [cell.entries.get(name, Entry(trouble="-")) for name in names]
        mine = cell.entries.get(OURS)
        lines.append(
            [cell.problem, cell.shape, f"{cell.share:g}", f"{cell.gap:g}"]
            + [milliseconds(e.least) if e.seconds else _short(e.trouble) for e in entries]
            + [best_peer(cell) or "none", _factor(ratio(cell))]
            + ([_factor(over_floor(cell))] if floors else [])
            + [f"{mine.gap:.1e}" if mine else "-"]
            + ([_factor(against_baseline(cell))] if BASELINE in names else [])
        )
    return rows(header, lines, left=2)


def troubles(cells: Iterable[Cell]) -> list[str]:
    """Why contenders have no figures, once each; the reasons that a table has no room for."""
    found = {
        f"{name} on {cell.problem}: {entry.trouble}": None
        for cell in cells
        for name, entry in cell.entries.items()
        if entry.trouble and _short(entry.trouble) == "-"
    }
    return list(found)


def _factor(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _short(trouble: str) -> str:
    return trouble if trouble == "fails" or trouble.startswith(">") else "-"


def write_json(path: Path, content: Any) -> None:
    """All figures; infinities and NaN as null, for JSON has none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_plain(content), indent=1, allow_nan=False) + "\n")


def cells_as_dicts(cells: Iterable[Cell]) -> list[dict[str, Any]]:
    """The cells for JSON, with the ratio, the time over the floor, and the kind of that."""
    return [
        asdict(cell)
        | {
            "best_peer": best_peer(cell),
            "ratio": ratio(cell),
            "over_floor": over_floor(cell),
            "kind": kind(cell),
        }
        for cell in cells
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def profile(cells: Iterable[Cell]) -> dict[str, list[float]]:
    """Each contender's times over the best one's, sorted; only of the cells that it reached.

    Dolan and More's performance profile at tau is the share of all cells with a factor up to tau.
    """
    factors: dict[str, list[float]] = {}
    for cell in cells:
        best = min((e.least for e in cell.entries.values()), default=math.inf)
        for name, entry in cell.entries.items():
            if entry.seconds:
                factors.setdefault(name, []).append(entry.least / best)
    return {name: sorted(values) for name, values in factors.items()}


def draw_profile(path: Path, cells: Sequence[Cell]) -> None:
    """The performance profile as a picture."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    factors = profile(cells)
    furthest = max((values[-1] for values in factors.values()), default=1.0) * 1.5
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, values in factors.items():
        shares = [(k + 1) / len(cells) for k in range(len(values))]
        axes.step(
            [1.0, *values, furthest], [0.0, *shares, shares[-1]], where="post", label=name,
            linewidth=2.5 if name == OURS else 1.2,
        )  # fmt: skip
    axes.set(
        xscale="log",
        xlim=(1.0, furthest),
        ylim=(0.0, 1.02),
        xlabel="time / best time in the cell",
        ylabel="share of the cells solved",
        title=f"{len(cells)} cells at equal measured gap",
    )
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=150)
