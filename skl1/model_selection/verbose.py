"""What a grid search prints of a fit that was done with others, in the words of scikit-learn."""

from __future__ import annotations

from joblib import logger

from skl1.sklearn_api import Study

#: The width of a line, filled with dots.
WIDTH = 80


def message(study: Study, place: int, split: int, outcome: dict) -> str:
    """The line about one candidate on one split; none where ``verbose`` is at most 1."""
    verbose = study.search.verbose
    if verbose < 2:
        return ""
    number = f" {split + 1}/{len(study.splits)}" if verbose > 2 else ""
    number += f"; {place + 1}/{len(study.candidates)}" if verbose > 9 else ""
    given = study.candidates[place]
    named = ", ".join(f"{name}={given[name]}" for name in sorted(given))
    words = named + ";" if named else ""
    if verbose > 2:
        words += _scores(outcome)
    seconds = logger.short_format_time(outcome["fit_time"] + outcome["score_time"])
    words += f" total time={seconds}"
    head = f"[CV{number}] END "
    start = f"[CV{number}] START {named}"
    before = start + "." * (WIDTH - len(start)) + "\n" if verbose > 9 else ""
    return before + head + "." * (WIDTH - len(head) - len(words)) + words


def _scores(outcome: dict) -> str:
    test, train = outcome["test_scores"], outcome.get("train_scores")
    if isinstance(test, dict):
        return "".join(
            f" {name}: ("
            + ("" if train is None else f"train={train[name]:.3f}, ")
            + f"test={test[name]:.3f})"
            for name in sorted(test)
        )
    return ", score=" + (
        f"{test:.3f}" if train is None else f"(train={train:.3f}, test={test:.3f})"
    )
