"""Random problems of losses other than squares, with an independent optimiser for them."""

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, xlogy

import skl1

#: Value and slope of each loss, by the estimator that has it; delta is a number for Huber's only.
#: In place of an objective that is too large for a number.
FAR = 1e50

FORMULAS = {
    skl1.ProximalLogisticRegression: (
        lambda y, t, _: np.logaddexp(0.0, t) - y * t,
        lambda y, t, _: expit(t) - y,
    ),
    skl1.ProximalPoissonRegressor: (
        lambda y, t, _: np.exp(t) - y * t - y + xlogy(y, y),
        lambda y, t, _: np.exp(t) - y,
    ),
    skl1.ProximalHuberRegressor: (
        lambda y, t, d: np.where(
            np.abs(y - t) <= d, 0.5 * (y - t) ** 2, d * np.abs(y - t) - 0.5 * d * d
        ),
        lambda y, t, d: np.clip(t - y, -d, d),
    ),
}


#: g(w) for w > 0 of each classifier with a nonconvex penalty, without the l2 term, from its
#: definition; and values of its own parameter.
CHARGES = {
    skl1.NonconvexLpClassifier: (
        lambda w, alpha, p: alpha * w**p,
        "p",
        (0.0, 0.5, 0.8),
    ),
    skl1.MCPClassifier: (
        lambda w, alpha, gamma: np.where(
            w <= gamma * alpha, alpha * w - w * w / (2 * gamma), 0.5 * gamma * alpha**2
        ),
        "gamma",
        (1.5, 3.0, 12.0),
    ),
    skl1.SCADClassifier: (
        lambda w, alpha, gamma: np.select(
            [w <= alpha, w <= gamma * alpha],
            [
                alpha * w,
                (2 * gamma * alpha * w - w * w - alpha**2) / (2 * (gamma - 1)),
            ],
            0.5 * (gamma + 1) * alpha**2,
        ),
        "gamma",
        (2.5, 3.7, 12.0),
    ),
    skl1.LogSumClassifier: (
        lambda w, alpha, epsilon: alpha * np.log1p(w / epsilon),
        "epsilon",
        (0.1, 1.0),
    ),
}


class Draw:
    """A random problem: data, weights and parameters, with all options."""

    def __init__(self, cls, seed):
        rng = np.random.default_rng(seed)
        self.cls = cls
        n, p = int(rng.integers(6, 60)), int(rng.integers(1, 50))
        X = rng.standard_normal((n, p))
        if rng.random() < 0.3:
            X += 0.9 * rng.standard_normal((n, 1))
        if rng.random() < 0.3:
            X += rng.choice([1.0, 30.0]) * rng.standard_normal(p)
        if rng.random() < 0.2:
            X *= 10.0 ** rng.uniform(-2, 2, p)
        self.sparse = rng.random() < 0.3
        if self.sparse:
            X[rng.random(X.shape) < 0.7] = 0.0
        if p > 3 and rng.random() < 0.2:
            X[:, 1] = X[:, 0]
        self.single = rng.random() < 0.2
        X = X.astype(np.float32) if self.single else X
        spread = X.std(axis=0).astype(float)
        truth = np.where(rng.random(p) < 0.3, rng.standard_normal(p), 0.0)
        eta = (X - X.mean(axis=0)) @ (truth / np.where(spread > 0, spread, 1.0))
        eta = 1.5 * eta / max(1.0, np.abs(eta).max() / 3.0)
        if cls is skl1.ProximalLogisticRegression:
            y = (rng.random(n) < expit(eta + rng.choice([0.0, 1.5]))).astype(float)
            y[:2] = 0.0, 1.0
        elif cls is skl1.ProximalPoissonRegressor:
            y = rng.poisson(np.exp(eta + rng.choice([0.0, 3.0]))).astype(float)
            y[0] += 1.0
        else:
            y = eta + 0.3 * rng.standard_t(1.5, n) + 5.0
        self.X, self.y = X, y
        self.weights = None
        if rng.random() < 0.5:
            self.weights = rng.uniform(0.2, 3.0, n)
            self.weights[2:][rng.random(n - 2) < 0.2] = 0.0
        u = np.ones(p)
        if rng.random() < 0.4:
            u = rng.uniform(0.3, 2.0, p)
            u[rng.random(p) < 0.1] = np.inf
            if n > 20:
                u[: min(p, 2)] = np.where(rng.random(min(p, 2)) < 0.5, 0.0, u[: min(p, 2)])
        self.u = u
        self.options = {
            "l1_ratio": float(rng.choice([1.0, 1.0, 0.5, 0.0])),
            "positive": bool(rng.random() < 0.25),
            "fit_intercept": bool(rng.random() < 0.8),
            "penalty_weights": u,
        }
        if cls is skl1.ProximalHuberRegressor:
            self.options["scale"] = "mad" if rng.random() < 0.5 else 1.0
        self.share = float(10.0 ** rng.uniform(-3.0, 0.1))

    def stored(self):
        """X in the form that the estimator gets."""
        return sparse.csc_array(self.X) if self.sparse else self.X

    def fit(self, **more):
        """The fitted model; alpha is a share of the largest one, or of 1."""
        trial = self.cls(alpha=1e9, **self.options)
        top = float(np.max(trial.fit(self.stored(), self.y, self.weights).alpha_max_))
        self.alpha = self.share * (top if 0.0 < top < np.inf else 1.0)
        model = self.cls(alpha=self.alpha, **self.options, **more)
        return model.fit(self.stored(), self.y, self.weights)

    def objective(self, model, w, b):
        """The objective by its definition."""
        return self._at(model, np.append(w, b))[0]

    def _at(self, model, v):
        X, y = self.X.astype(float), self.y
        s = np.ones(y.size) if self.weights is None else self.weights
        s = s / s.sum()
        delta = model.delta * model.scale_ if hasattr(model, "scale_") else 0.0
        value, slope = FORMULAS[self.cls]
        w, b = v[:-1], v[-1]
        t = X @ w + b
        r, u = self.options["l1_ratio"], np.where(np.isfinite(self.u), self.u, 0.0)
        charge = self.alpha * u @ (r * np.abs(w) + 0.5 * (1.0 - r) * w * w)
        pull = s * slope(y, t, delta)
        gradient = np.append(X.T @ pull + self.alpha * (1.0 - r) * u * w, pull.sum())
        return float(s @ value(y, t, delta)) + charge, gradient

    def best(self, model, w, b):
        """The least objective that SciPy finds from some coefficients, in two parts by sign."""
        p, r = w.size, self.options["l1_ratio"]
        u = np.where(np.isfinite(self.u), self.u, 0.0)
        unit = self.X.std(axis=0).astype(float)
        unit[unit == 0.0] = 1.0

        def function(parts):
            v = np.append((parts[:p] - parts[p : 2 * p]) / unit, parts[-1])
            value, gradient = self._at(model, v)
            value += self.alpha * r * (u / unit) @ (parts[:p] + parts[p : 2 * p])
            value -= self.alpha * r * u @ np.abs(v[:-1])
            charge = self.alpha * r * u / unit
            g = gradient[:-1] / unit
            if not np.isfinite(value):  # a count that overflows: too far
                return FAR, np.zeros(parts.size)
            return value, np.concatenate([g + charge, -g + charge, gradient[-1:]])

        upper = np.where(np.isfinite(self.u), np.inf, 0.0)
        negative = np.zeros(p) if self.options["positive"] else upper
        intercept = (None, None) if self.options["fit_intercept"] else (0.0, 0.0)
        bounds = [*((0.0, e) for e in upper), *((0.0, e) for e in negative), intercept]
        start = np.concatenate([np.maximum(w, 0.0) * unit, np.maximum(-w, 0.0) * unit, [b]])
        with np.errstate(all="ignore"):
            found = minimize(
                function,
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-16, "gtol": 1e-12},
            )
        return float(found.fun)
