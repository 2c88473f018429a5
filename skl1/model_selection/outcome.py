"""What came of the paths of a search, and what was chosen of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from skl1.model_selection.criteria import Basis
from skl1.model_selection.rules import Choice
from skl1.model_selection.search import ALL_DATA, Part, Search
from skl1.problems.model import coefficients
from skl1.problems.problem import Problem


class Outcome:
    """What is known so far, and at the end what was chosen."""

    choice: Choice
    #: What the rule compares, smaller is better: of shape (n_shapes, n_alphas).
    losses: np.ndarray
    #: What came of all data.
    whole: Part
    #: Degrees of freedom of the models of each shape.
    degrees: np.ndarray
    #: Of an information criterion, if that is the rule.
    basis: Basis | None = None

    def __init__(self, search: Search):
        self.search = search
        size, count = search.grids[0].size, len(search.folds)
        self.deviances = np.full((len(search.grids), size, count), np.nan)
        scores = np.full((len(search.grids) // search.judged, size, count), np.nan)
        self.scores = None if search.scorer is None else scores
        self.parts: list[Part] = []
        self.failures: list[tuple[int, float, float]] = []
        self.n_models = 0
        self.stopped = False
        self.gone: dict[int, np.ndarray] = {}
        self._remarks: dict[str, list[int]] = {}

    def add(self, parts: list[Part]) -> None:
        """Take in some parts."""
        for part in parts:
            for models in part.models:
                for model in models:
                    self.note(part.fold, model.alpha, model.error, model.converged)
            if part.fold == ALL_DATA:
                self.whole = part
                self.publish()
                continue
            self.parts.append(part)
            self.deviances[..., part.fold] = part.deviances
            if self.scores is not None:
                self.scores[..., part.fold] = part.scores
            self.gone[part.fold] = part.gone
            for remark in self._remarkable(part):
                self._remarks.setdefault(remark, []).append(part.fold)

    def _remarkable(self, part: Part) -> Iterator[str]:
        """What is unusual about a training part."""
        if part.constant:
            several = len(self.search.targets) > 1
            which = f" (of target {listed(part.constant)})" if several else ""
            yield f"y is constant in the training part{which}"
        if not self.search.folds.counts[part.fold]:
            yield "nothing that is held out has a weight, so it has no score"
        elif part.scores is not None and not np.isfinite(part.scores).all():
            missing = np.count_nonzero(~np.isfinite(part.scores))
            yield f"models whose score is not finite: {missing}"

    def of_target(self, k: int) -> Outcome:
        """What is known of one of the targets."""
        one, count = Outcome(self.search.of_target(k)), len(self.search.targets)
        one.add([part.of_target(k, count) for part in (self.whole, *self.parts)])
        one.stopped = self.stopped
        return one

    def figures(self) -> dict[str, np.ndarray]:
        """Of each model, over its targets: did all converge, the largest error, the deviance."""

        def over(combine, figure):
            return self.search.merged([list(map(figure, path)) for path in self.models], combine)

        return {
            "converged": over(np.all, lambda model: model.converged),
            "error": over(np.max, lambda model: model.error),
            "deviance": over(np.mean, lambda model: 2.0 * model.loss),
        }

    def publish(self) -> None:
        """The models of all data."""
        self.models = self.whole.models
        p = self.search.problems[0].design.n_features
        self.coefficients = [coefficients(models, p) for models in self.models]

    def start(self, row: int, column: int) -> np.ndarray:
        """Where a fit of a model of all data begins: where its path has left it."""
        p = self.search.problems[row].design.n_features
        return coefficients([self.models[row][column].first], p)[0]

    def of_targets(self) -> list[np.ndarray]:
        """The coefficients on all data, for each shape, those of its targets side by side."""
        rows = map(self.search.rows_of, range(self.search.n_shapes))
        return [np.stack([self.coefficients[row] for row in each], axis=1) for each in rows]

    def recount(self) -> None:
        """Take in the parts again, whose models have changed."""
        self.failures, self.n_models = [], 0
        for part in (self.whole, *self.parts):
            for models in part.models:
                for model in models:
                    self.note(part.fold, model.alpha, model.error, model.converged)
        self.publish()

    @property
    def chosen(self) -> tuple[int, int]:
        """Shape and place in its grid of the choice."""
        return divmod(self.choice.place, self.search.grids[0].size)

    @property
    def grid(self) -> np.ndarray:
        """The grid of the chosen shape."""
        return self.search.grids[self.search.rows_of(self.chosen[0])[0]]

    @property
    def problem(self) -> Problem:
        """The problem of the chosen shape, of the first target."""
        return self.search.problems[self.search.rows_of(self.chosen[0])[0]]

    @property
    def comparable(self) -> bool:
        """Whether two folds are there to compare models by, if folds are asked for."""
        done = ~np.isnan(self.deviances).all(axis=(0, 1))
        return not done.size or np.count_nonzero(done) >= min(2, done.size)

    def of_folds(self) -> dict[str, np.ndarray]:
        """Of each model the largest error of the folds, and whether a tolerance was looser."""
        search, errors, loosened = self.search, np.zeros(self.deviances.shape[:-1]), []
        for part in self.parts:
            own = np.array([[model.error for model in models] for models in part.models])
            errors = np.fmax(errors, own)
        places = np.arange(errors.shape[1])
        for row, size in enumerate(errors):
            firsts = [part.loose.get(row, size.size) for part in self.parts]
            loosened.append(places >= min(firsts, default=size.size))
        return {
            "fold_error": search.merged(errors, np.max),
            "loosened": search.merged(loosened, np.any),
        }

    def note(self, fold: int, alpha: float, error: float, converged: bool) -> None:
        """Count a model, and keep in mind if it did not converge."""
        self.n_models += 1
        if not converged:
            self.failures.append((fold, alpha, error))

    @property
    def remarks(self) -> list[str]:
        """What is unusual, with the folds."""
        return [
            f"Fold{'s' if len(folds) > 1 else ''} {listed(folds)}: {remark}."
            for remark, folds in self._remarks.items()
        ]

    def shortfall(self) -> str:
        """The message about models that did not converge."""
        folds = sorted({fold for fold, _, _ in self.failures})
        names = listed([k for k in folds if k != ALL_DATA])
        where = [f"fold{'s' if ',' in names else ''} {names}"] if names else []
        where += ["all data"] if ALL_DATA in folds else []
        alphas = [alpha for _, alpha, _ in self.failures]
        fold, alpha, error = max(self.failures, key=lambda failure: failure[2])
        worst = "all data" if fold == ALL_DATA else f"fold {fold}"
        return (
            f"{len(self.failures)} of {self.n_models} models did not converge "
            f"({' and '.join(where)}; alphas from {max(alphas):g} to {min(alphas):g}); the largest "
            f"error is {error:.3g}, at alpha={alpha:g} on {worst}. Increase max_iter or tol, scale "
            "the columns, or leave out the smallest alphas."
        )


def listed(folds: list[int]) -> str:
    """At most ten numbers."""
    shown = ", ".join(str(fold) for fold in folds[:10])
    return shown + (f" and {len(folds) - 10} more" if len(folds) > 10 else "")
