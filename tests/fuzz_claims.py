"""What a fitted model or a path claims, and whether it is true."""

import inspect
from dataclasses import dataclass, replace

import numpy as np

from fuzz_cases import DEFINITIONS, FITTED, PUBLIC

#: Share of y's energy by which rounding may excuse a model: the limit that skl1 states.
FLOOR = 1e-10
#: A coefficient that moves the fit by a smaller share of y's spread is of the size of rounding.
TINY = 1e-12


@dataclass(frozen=True)
class Claim:
    """Coefficients and what is said of them."""

    what: str
    charge: object
    w: np.ndarray
    b: float
    objective: float | None
    error: float | None  #: the duality gap, or the stationarity
    converged: bool
    reason: str
    n_iter: int
    tol: float
    strength: float
    lower: float | None = None
    bounds_only: bool = False  #: the error is that of a nonconvex penalty
    summed: bool = False  #: made of moments
    single: bool = False  #: coefficients in float32
    sparse: bool = False  #: X is not centred in storage
    blind: bool = False  #: no rows were at hand: dependence beyond 1e-7 cannot be seen

    def scaled(self, w=1.0, objective=1.0):
        """The same in other units of the coefficients and of the objective."""
        return replace(
            self,
            w=np.asarray(self.w) * w,
            b=self.b * (w if np.ndim(w) == 0 else 1.0),
            objective=None if self.objective is None else self.objective * objective,
            error=self.error if self.bounds_only or self.error is None else self.error * objective,
            lower=None if self.lower is None else self.lower * objective,
        )

    def with_charge(self, charge):
        return replace(self, charge=charge)

    def at(self, definitions, model, strength, value, w):
        """A model of the path of a search: coefficients alone."""
        name = type(model).__name__.removesuffix("CV")
        charge = definitions[name](values_of(type(model).__name__, model) | {strength: value})
        return replace(
            self, what=f"{strength}={value:.6g}", charge=charge, w=w, b=None, objective=None,
            error=None, lower=None, converged=False, strength=value,
        )  # fmt: skip


def values_of(name, model):
    """The parameters of the objective: of a search those that it has chosen."""
    base = name.removesuffix("CV")
    values = FITTED[base]().get_params() | model.get_params()
    if name != base:
        chosen = {key: getattr(model, f"{key}_") for key in values if hasattr(model, f"{key}_")}
        values |= {key: value for key, value in chosen.items() if np.ndim(value) == 0}
    return values


def claim_of(name, model, *, summed=False, single=False):
    """What a fitted estimator says."""
    values = values_of(name, model)
    charge = DEFINITIONS[name.removesuffix("CV")](values)
    gap = getattr(model, "dual_gap_", None)
    return Claim(
        what=name,
        charge=charge,
        w=getattr(model, "lasso_coef_", model.coef_),
        b=getattr(model, "lasso_intercept_", model.intercept_),
        objective=float(model.objective_),
        error=float(gap) if gap is not None else float(model.stationarity_),
        converged=bool(model.converged_),
        reason=model.stop_reason_,
        n_iter=int(model.n_iter_),
        tol=model.tol,
        strength=values["k" if name.startswith("BestSubset") else "alpha"],
        lower=getattr(model, "lower_bound_", None),
        bounds_only=gap is None,
        summed=summed,
        single=single,
    )


def path_claims(name, path, params, *, single=False):
    """What a path says of each of its models."""
    function = inspect.signature(PUBLIC[name]).parameters
    values = {k: v.default for k, v in function.items()} | params
    strength = "k" if hasattr(path, "sizes") else "alpha"
    claims = []
    for k, value in enumerate(path.sizes if strength == "k" else path.alphas):
        gaps = getattr(path, "dual_gaps", getattr(path, "stationarities", None))
        claims.append(
            Claim(
                what=f"{name} at {strength}={value:.6g}",
                charge=DEFINITIONS[name](values | {strength: value}),
                w=path.coefs[:, k],
                b=path.intercepts[k],
                objective=float(path.objectives[k]),
                error=None if gaps is None else float(gaps[k]),
                converged=bool(path.converged[k]) if hasattr(path, "converged") else True,
                reason=path.stop_reasons[k] if hasattr(path, "stop_reasons") else "",
                n_iter=int(path.n_iters[k]) if hasattr(path, "n_iters") else 1,
                tol=values.get("tol", 1e-6),
                strength=value,
                bounds_only=not hasattr(path, "dual_gaps"),
                summed=True,
                single=single,
            )
        )
    return claims


def judge(referee, claim):
    """What is wrong with a claim: pairs of a category and the figures."""
    w = np.asarray(claim.w, dtype=float)
    numbers = [v for v in (claim.b, claim.objective, claim.error, claim.lower) if v is not None]
    if not (np.isfinite(w).all() and np.isfinite(numbers).all()):
        return [("not finite", f"{claim.what}: coef {w}, others {numbers}")]
    wrong = [*of_coefficients(referee, claim, w)]
    if claim.objective is not None:
        wrong += of_objective(referee, claim, w)
    return [(category, f"{claim.what}: {text}") for category, text in wrong]


def of_coefficients(referee, claim, w):
    """Zeros, signs, and no coefficient of the size of rounding."""
    outside = np.flatnonzero(~referee.included & (w != 0.0))
    if outside.size:
        yield "excluded", f"coefficients of excluded or constant columns: {w[outside]}"
    out = (w < referee.lower) | (w > referee.upper)
    if out.any():
        yield "bounds", f"coefficients {w[out]} out of their bounds"
    charge = claim.charge
    if charge.most is not None and np.count_nonzero(w[referee.charged]) > charge.most:
        yield "size", f"{np.count_nonzero(w[referee.charged])} features, {charge.most} allowed"
    if charge.convex and not charge.l1:
        return
    size = np.asarray(np.abs(w) * referee.lengths, dtype=float)
    spread = float(np.sqrt(2 * referee.energy))
    small = referee.charged & (w != 0.0) & (size <= TINY * spread)
    if charge.convex and small.any():
        small &= referee.slack_of_zeros(charge) > 1e-6
    if small.any():
        yield (
            "rounding size",
            (
                f"coefficients {np.flatnonzero(small).tolist()} move the fit by "
                f"{size[small].max():.3g} "
                f"where y spreads by {spread:.3g}"
            ),
        )


class Figures:
    """The objective of some coefficients by definition, and what rounding may make of it."""

    def __init__(self, referee, claim, w):
        self.null = float(referee.null)
        self.value = float(referee.objective(w, claim.b, claim.charge))
        self.best = float(referee.profile(w, claim.charge))
        largest = np.abs(referee.X).max(axis=0)
        entries = float(largest @ np.abs(w))
        reach = float(np.abs(w) @ referee.lengths) + float(np.sqrt(2 * referee.energy))
        self.slack = 1e-12 * self.null + float(referee.rounding(w)) + 1e-300
        self.slack += 4e-16 * (float(referee.penalty(w, claim.charge)) + self.value)
        if claim.summed:
            self.slack += 8e-15 * reach**2
            if claim.sparse:  # sums over sparse columns lose the digits of their means
                self.slack += 8e-16 * entries * reach
        rounding = 4e-7 if claim.single else 1e-15
        self.shift = (rounding * (entries + float(np.abs(referee.y).max()))) ** 2
        self.tolerance = claim.tol * self.null + self.slack
        if claim.reason == "numerical precision":
            self.tolerance += FLOOR * float(referee.energy)
        if claim.single:  # the intercept is rounded, too
            self.tolerance += 1e-5 * float(referee.energy) + self.shift

    def share(self, value):
        """In words: a part of the null objective."""
        return f"{float(value) / self.null if self.null else np.inf:.3g} of the null objective"


def of_objective(referee, claim, w):
    """The objective by definition, the certificate, and what the referee has found."""
    figures = Figures(referee, claim, w)
    value, best = figures.value, figures.best
    if value - best > figures.slack + figures.shift:
        found = float(referee.best_intercept(w))
        yield "intercept", f"{claim.b!r}, and {found!r} lowers the objective {value} to {best}"
    if not abs(value - claim.objective) <= figures.slack + 1e-15 * abs(value):
        told = f"objective {claim.objective!r}, by definition {value!r}; null {figures.null:.4g}"
        yield "objective", told
    if claim.charge.convex and not claim.bounds_only:
        yield from of_gap(referee, claim, figures)
    if claim.lower is not None:
        below = lowest(referee, claim.charge, w, figures)
        if claim.lower > below + figures.slack:
            yield "lower bound", f"lower_bound_ {claim.lower!r}, but the objective can be {below!r}"
    if claim.converged:
        yield from of_moves(referee, claim, w, figures)


def of_gap(referee, claim, figures):
    """A gap is no smaller than the true excess, unless rounding is said to have stopped the fit."""
    excess = figures.value - float(referee.minimum(claim.charge))
    honest = not claim.converged and claim.reason == "numerical precision"
    if excess > claim.error + figures.slack and not honest:
        told = f"duality gap {claim.error:.4g}, true excess {excess:.4g}, {figures.share(excess)}"
        yield "gap", f"{told}; converged {claim.converged}, {claim.reason}"
    if claim.blind and referee.faint:
        return
    if claim.converged and excess > figures.tolerance:
        told = f"converged ({claim.reason}) {figures.share(excess)} above the minimum"
        yield "minimum", f"{told}, tol {claim.tol}"


def of_moves(referee, claim, w, figures):
    """No move of one coefficient, and none of the free ones, lowers the objective."""
    charge = claim.charge
    if charge.convex:
        return
    if charge.most is None:
        gain, j = referee.coordinate_gain(w, charge)
        if gain > figures.tolerance:
            told = f"moving coefficient {j} alone lowers the objective by {figures.share(gain)}"
            yield "coordinate", f"{told}, tol {claim.tol}"
    if claim.blind and referee.faint:
        return
    if charge.most is not None:
        gain = referee.refit_gain(w, charge.l2)
        if gain > figures.tolerance:
            yield "refit", f"refitting the subset lowers the objective by {figures.share(gain)}"
    elif referee.free.any():
        gain = referee.free_gain(w)
        if gain > figures.tolerance:
            told = f"the free coefficients alone can lower it by {figures.share(gain)}"
            yield "free", f"{told}, tol {claim.tol}"


def lowest(referee, charge, w, figures):
    """The smallest objective of some points: the model, better ones near it, the null model."""
    seen = [figures.value, figures.null]
    if charge.convex:
        seen.append(float(referee.minimum(charge)))
    elif charge.most is None:
        seen.append(figures.best - float(referee.coordinate_gain(w, charge)[0]))
        seen.append(figures.best - float(referee.free_gain(w)))
    else:
        seen.append(figures.best - float(referee.refit_gain(w, charge.l2)))
    if charge.most is None or charge.most >= referee.charged.sum():
        used = np.flatnonzero(referee.included)
        whole = np.zeros(w.size)
        if used.size and not (referee.positive or referee.bounded):
            A = np.asarray(referee.A[:, used] / referee.lengths[used], dtype=float)
            solved = np.linalg.lstsq(A, np.asarray(referee.t, dtype=float))[0]
            whole[used] = solved / np.asarray(referee.lengths[used], dtype=float)
            seen.append(float(referee.profile(whole, charge)))
    return min(seen)


def stages(referee, model, claim):
    """The second stage of a relaxed fit is least squares on the support."""
    if not hasattr(model, "lasso_coef_") or model.gamma or not model.converged_ or claim.single:
        return
    coef = np.asarray(model.coef_, dtype=float)
    if not np.isfinite(coef).all():
        yield "not finite", f"coef_ {coef}"
        return
    support = (np.asarray(model.lasso_coef_) != 0.0) | referee.free
    if (coef[~support] != 0.0).any():
        yield "support", "coef_ has features that the first stage has not"
        return
    if claim.blind and referee.faint:
        return
    gain = referee.refit_gain(np.where(support, coef, 0.0))
    figures = Figures(referee, replace(claim, reason="numerical precision"), coef)
    if gain > figures.tolerance:
        yield "refit", f"refitting lowers the loss by {figures.share(gain)}"
