"""How far the path of a nonconvex penalty has come."""

from __future__ import annotations

import numpy as np

from skl1.paths.path_state import NO_FALL, PathState
from skl1.penalties.elementwise import proxes, total
from skl1.solvers.gram_nonconvex import descend

#: Coefficients in use at most where a Newton step is compiled; LAPACK is faster for more of them.
FACTORED = 100
#: Share by which a threshold may be off by rounding.
ROUNDING = 1e-9


class NonconvexPathState(PathState):
    """Of a nonconvex penalty: its certificate is the distance from a fixed point."""

    def _solve(self, alphas):
        problem, size = self.problem, self.features.size
        self.W = np.empty((alphas.size, size))
        self.sweeps = np.ones(alphas.size, dtype=np.intp)
        self.penalties = [problem.penalty.with_alpha(float(alpha)) for alpha in alphas]
        norms, weights = self.gram.diagonal().copy(), problem.weights[self.features]
        limit, most = NO_FALL * self.null.objective, self.max_iter
        w, z = self.w.copy(), self.z[self.features]
        run = descend.sized(alphas.size * size * (400 + 10 * size), self.penalties[0])
        for k, penalty in enumerate(self.penalties):
            inside = penalty.of(self.features)
            self.sweeps[k] = run(inside, self.gram, norms, weights, limit, most, w, z)
            self.W[k] = w

    def _too_large(self):
        return super()._too_large() or np.count_nonzero(self.w) > FACTORED

    def _measure(self, alphas, Z, losses):
        problem = self.problem
        norms, weights = problem.design.norms, problem.weights
        d = np.where(norms > 0.0, norms, 1.0)
        # A feature that rests under the weakest penalty rests under all.
        largest = np.abs(Z).max(axis=0) * (1.0 + ROUNDING)
        busy = proxes(self.penalties[-1], largest / d, weights / d) != 0.0
        if self.penalties[-1].bounded:
            busy |= proxes(self.penalties[-1], -largest / d, weights / d) != 0.0
        busy[self.features] = True
        index = np.flatnonzero(busy)
        places = np.searchsorted(index, self.features)
        steps, aims = (weights / d)[index], Z[:, index] / d[index]
        aims[:, places] += self.W
        found = np.empty_like(aims)
        charged = np.empty(alphas.size)
        spread = np.sqrt(problem.design.total) or 1.0
        for k, penalty in enumerate(self.penalties):
            found[k] = proxes(penalty.of(index), aims[k], steps)
            charged[k] = total(penalty, weights[self.features], self.W[k])
        found[:, places] -= self.W
        found = np.abs(found) * problem.design.lengths[index]
        errors = found.max(axis=1, initial=0.0) / spread
        # Whatever would move may enter: the scale only sets the order.

        def pull_after(done):
            pull = np.zeros(norms.size)
            pull[index] = 1.0 + found[done:].max(axis=0) / np.finfo(float).tiny
            return pull

        return charged, errors, pull_after
