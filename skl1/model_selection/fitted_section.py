"""All models of a section of a grid search, fitted to one training part and scored."""

from __future__ import annotations

from copy import deepcopy
from time import perf_counter
from typing import Any

import numpy as np

from skl1.model_selection.followed import Followed, Seen
from skl1.model_selection.lines import Section, with_last
from skl1.sklearn_api import Study


class FittedSection:
    """All models of a section on one split."""

    def __init__(self, study: Study, section: Section, split: int):
        self.study, self.split = study, split
        begin = perf_counter()
        self.followed = Followed(
            [line.plain for line in section.lines], [line.values for line in section.lines]
        )
        self.whole = section.pipeline(study.base, self.followed)
        training, held_out, fit_params = study.parts(self.whole, split)
        self.whole.fit(*training[:2], **fit_params)
        pairs = zip(section.lines, self.followed.paths_, strict=True)
        self.places = [place for line, path in pairs if path is not None for place in line.places]
        fitted = perf_counter()
        wanted = (training, held_out) if study.search.return_train_score else (held_out,)
        self.data: tuple[tuple[Any, Any, dict], ...] = wanted
        self.known = [self._seen(*data) for data in wanted] if self.places else []
        self.fit_time, self.score_time = fitted - begin, perf_counter() - fitted

    def _seen(self, X, y, params) -> Any:
        """What all models have to say of some data, in one product: scores or predictions."""
        if self.study.by_score:
            return self.whole.score(X, y, **params).tolist()
        if self.study.by_predictions:
            return np.ascontiguousarray(self.whole.predict(X).T)
        return None

    def outcomes(self) -> dict[int, dict]:
        """By the numbers of candidates."""
        if not self.places:
            return {}
        begin = perf_counter()
        *trained, tests = [
            self._scores(X, y, params, known)
            for (X, y, params), known in zip(self.data, self.known, strict=True)
        ]
        count = len(self.places)
        scored = self.score_time + perf_counter() - begin
        common = {
            "fit_error": None,
            "fit_time": self.fit_time / count,
            "score_time": scored / count,
            "n_test_samples": len(self.study.splits[self.split][1]),
        }
        found = {
            place: {**common, "test_scores": score}
            for place, score in zip(self.places, tests, strict=True)
        }
        for scores in trained:
            for outcome, score in zip(found.values(), scores, strict=True):
                outcome["train_scores"] = score
        return found

    def _scores(self, X, y, params: dict, known: Any) -> list:
        """The scores of all models, one path after the other."""
        if self.study.by_score:
            return known
        score = self.study.score
        if self.study.by_predictions:
            return [score(Seen(column), X, deepcopy(y), params) for column in known]
        # Scorers, and steps that work in place, may change what they get.
        steps = with_last(self.whole, None)
        return [
            score(with_last(deepcopy(steps), path[k]), deepcopy(X), deepcopy(y), params)
            for path in self.followed.done_
            for k in range(len(path))
        ]

    def shortfalls(self) -> list[tuple[int, float, float]]:
        """Split, value and error of models that did not converge."""
        return [
            (self.split, float(path.alphas[k]), float(path.errors[k]))
            for path in self.followed.done_
            for k in np.flatnonzero(~path.converged)
        ]
