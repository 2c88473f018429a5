"""The regressions of each column on all others: exact, and flagged where they say nothing."""

from dataclasses import astuple

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from common import quiet
from gaussian_data import gaussian
from skl1 import ProximalLasso, debiased_lasso
from skl1.exceptions import IntervalWarning
from skl1.inference import nodewise, nodewise_gram
from skl1.inference.debiased import bias_limit
from skl1.inference.nodewise_gram import SMALLEST, correlations, solve_columns

pd = pytest.importorskip("pandas")


def correlated(n=80, p=25, seed=4):
    """Columns in units far apart, of which neighbours correlate."""
    correlation = 0.7 ** np.abs(np.subtract.outer(np.arange(p), np.arange(p)))
    X, y, _ = gaussian(n, p, [2.0, -1.0], seed=seed, correlation=correlation)
    return X * 10.0 ** np.linspace(-3, 3, p) + 5.0, y


def blocks(n=200, levels=(2, 3, 6), seed=5):
    """Numbers, a twin, and indicators of factors without a reference: sorted by their names."""
    rng = np.random.default_rng(seed)
    numbers = rng.standard_normal((n, 6))
    parts = {f"number{k}": numbers[:, k] for k in range(6)} | {"twin": 2.0 * numbers[:, 0] - 1.0}
    for m in levels:
        category = np.arange(n) % m
        rng.shuffle(category)
        parts |= {f"of{m}_{k}": (category == k).astype(float) for k in range(m)}
    X = pd.DataFrame(parts)
    y = numbers[:, 1] + X.iloc[:, -1] + rng.standard_normal(n)
    return X, y


def regressions(X, y, **settings):
    """What debiased_lasso starts from."""
    X, problem = ProximalLasso().pose(X, y)
    return nodewise.Regressions(problem.design, X, {"tol": 1e-8, "max_iter": 10_000} | settings)


def solved(rows, columns, alpha):
    """All at once."""
    C = correlations(rows.design, ~rows.constant)
    return solve_columns(C, columns, rows.level, alpha, rank=rows.n, max_iter=10_000)


def standardised(X):
    X = np.asarray(X) - np.asarray(X).mean(axis=0)
    return X / np.sqrt((X**2).mean(axis=0))


def gap(Z, j, w, alpha):
    """The duality gap from the data, by its definition: the best multiple of the residual."""
    n = len(Z)
    r = Z[:, j] - Z @ w
    pull = np.abs(np.delete(Z, j, axis=1).T @ r / n).max()
    c = min(Z[:, j] @ r / (r @ r), alpha / pull)
    dual = c * (Z[:, j] @ r) / n - 0.5 * c**2 * (r @ r) / n
    return 0.5 * (r @ r) / n + alpha * np.abs(w).sum() - dual


@pytest.mark.parametrize("data", [correlated, blocks])
@pytest.mark.parametrize("alpha", [0.3, 0.05])
def test_fixed_alphas_by_single_fits(data, alpha):
    """Each row is the Lasso of one column on the others, as ProximalLasso has it."""
    X, y = data()
    Z = standardised(X)
    rows = regressions(X, y)
    columns = np.arange(Z.shape[1])
    found = solved(rows, columns, alpha)
    assert found.settled.all()
    assert_array_equal(found.alphas, alpha)
    for j in columns:
        others = np.delete(columns, j)
        with quiet():  # some are empty
            single = ProximalLasso(alpha, tol=1e-13).fit(Z[:, others], Z[:, j])
        fit = Z[:, others] @ single.coef_
        assert_allclose(Z @ found.W[j], fit, atol=2e-6)  # of dependent columns the fit is unique
        assert_allclose(np.abs(found.W[j]).sum(), np.abs(single.coef_).sum(), rtol=1e-6)
        if data is correlated:
            assert_allclose(found.W[j, others], single.coef_, atol=1e-6)
        assert found.W[j, j] == 0.0
        residual = Z[:, j] - Z @ found.W[j]
        assert_allclose(found.Z[j], Z.T @ residual / len(Z), atol=1e-12)
        assert found.squares[j] == pytest.approx(residual @ residual / len(Z), rel=1e-10)
        assert gap(Z, j, found.W[j], alpha) <= 0.5 * found.gaps[j] + 1e-14
    assert found.gaps.max() < 1e-12


def test_scaled_alphas_are_settled():
    """Alpha is the level times the noise that it leaves, each with its gap."""
    X, y = correlated()
    Z, rows = standardised(X), regressions(X, y)
    columns = np.arange(Z.shape[1])
    found = solved(rows, columns, None)
    assert found.settled.all()
    assert_allclose(found.alphas, rows.level * np.sqrt(found.squares), rtol=1e-6)
    assert found.gaps.max() < 1e-12
    for j in columns:
        assert gap(Z, j, found.W[j], found.alphas[j]) <= 0.5 * found.gaps[j] + 1e-14


@pytest.mark.parametrize("share", [None, 0.2])
@pytest.mark.parametrize("data", [correlated, blocks])
def test_scores_are_those_of_single_regressions(data, share):
    """One by one, by the working set, and all from one Gram matrix: the same figures."""
    X, y = data()
    collapses = data is blocks and share is None
    rows = regressions(X, y, tol=1e-8 if collapses else 1e-13)
    lasso = rows.lasso(rows.design, None)
    columns = np.arange(X.shape[1])
    together = rows.scores(columns, lasso, share)
    single = [rows.score(j, lasso, share) for j in columns]
    got, wanted = (np.array([astuple(each)[:4] for each in some]) for some in (together, single))
    apart = np.ones(columns.size, dtype=bool)
    if collapses:
        # Where no noise is left a search for its level ends anywhere, but not the direction.
        apart = wanted[:, 3] > 1e-3
        assert not apart.all()
        assert (got[~apart, 3] == SMALLEST).all()
    rtol = 1e-3 if collapses else 1e-5
    assert_allclose(got[apart], wanted[apart], rtol=rtol, atol=1e-2 * rtol)
    assert_allclose(got[:, 1], wanted[:, 1], rtol=1e-3)
    assert_allclose(got[:, 2], wanted[:, 2], rtol=1e-2)
    assert (np.abs(got[:, 0] - wanted[:, 0]) <= 1e-2 * wanted[:, 1]).all()


def test_parts_of_the_columns(monkeypatch):
    """The figures do not depend on how many columns are taken together, or in which order."""
    X, y = correlated()
    expected = debiased_lasso(X, y)
    monkeypatch.setattr(nodewise, "ENTRIES", 3 * X.shape[1])
    order = np.random.default_rng(0).permutation(X.shape[1])
    result = debiased_lasso(X, y, features=order)
    for name in ("coefs", "standard_errors", "bias_factors", "nodewise_alphas"):
        assert_allclose(getattr(result, name), getattr(expected, name)[order], rtol=1e-9)


def test_what_falls_short_is_done_alone(monkeypatch):
    """A regression that is not solved in the one call is solved by itself."""
    X, y = correlated()
    expected = debiased_lasso(X, y, tol=1e-12)
    alone = []
    score = nodewise.Regressions.score
    monkeypatch.setattr(
        nodewise.Regressions, "score", lambda *each: alone.append(each[1]) or score(*each)
    )
    assert debiased_lasso(X, y, features=[3]).features == [3]
    assert not alone
    monkeypatch.setattr(nodewise_gram, "ROUNDS", 2)
    result = debiased_lasso(X, y, tol=1e-12)
    assert alone
    assert_allclose(result.coefs, expected.coefs, rtol=1e-4, atol=1e-8)
    assert_allclose(result.standard_errors, expected.standard_errors, rtol=1e-5)


def test_the_line_through_two_points():
    """It is exact where the support stays, and gives up where it leads below zero."""
    level = 0.5
    # s = 1 + 2 a^2 and a^2 = s / 4 meet at a^2 = 1/2.
    now, last = (1.0, 3.0), (4.0, 9.0)
    assert nodewise_gram._next(now, last, level) == pytest.approx(np.sqrt(0.5))
    assert nodewise_gram._next(now, None, level) == pytest.approx(level * np.sqrt(3.0))
    assert nodewise_gram._next((1.0, 3.0), (4.0, 12.0), level) == pytest.approx(
        0.1 * level * np.sqrt(3.0)
    )


def test_flags_of_redundant_columns():
    """Twins, two categories and three: with names and figures. Six can be told from each other."""
    X, y = blocks()
    with pytest.warns(IntervalWarning, match=r"7 of 18 intervals mean little") as caught:
        result = debiased_lasso(X, y)
    text = str(caught[0].message)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    frame = result.to_frame()
    assert set(frame.index[frame["flagged"]]) == {
        "number0", "twin", "of2_0", "of2_1", "of3_0", "of3_1", "of3_2",
    }  # fmt: skip
    assert "(14.1)" in text
    assert "and 2 more" in text
    assert f"above {result.bias_limit:.3g}" in text
    factors = frame["bias_factor"] / np.sqrt(len(X))
    assert_allclose(factors[["number0", "twin", "of2_0", "of2_1"]], 1.0, rtol=1e-3)
    assert_allclose(factors[["of3_0", "of3_1", "of3_2"]], 0.5, rtol=0.05)
    assert "flagged" in repr(result)
    assert "7, with more than" in repr(result)


def test_a_large_penalty_of_the_regressions_is_named():
    """It leaves correlations with other columns, where they need not be redundant."""
    X, y = correlated()
    with pytest.warns(IntervalWarning, match=r"or give a nodewise_alpha below 0\.6\."):
        debiased_lasso(X, y, nodewise_alpha=0.6)


def test_no_flags_of_what_can_be_told():
    """A column of each set left out, the others have the bias factor of all columns."""
    X, y = blocks()
    X = X.drop(columns=["twin", "of2_0", "of3_2", "of6_0"])
    result = debiased_lasso(X, y)
    assert not result.flagged.any()
    level = regressions(X, y).level
    assert_allclose(result.bias_factors, level * np.sqrt(len(X)), rtol=1e-5)
    # Many columns and few rows are no reason by themselves.
    wide, y, _ = gaussian(40, 300, [2.0])
    assert not debiased_lasso(wide, y, features=[0, 7]).flagged.any()


def test_the_limit_of_bias_factors():
    """A third of twins', and the geometric mean of theirs and the usual."""
    assert bias_limit(900, 0.05) == pytest.approx(10.0)
    assert bias_limit(100, 0.36) == pytest.approx(6.0)


def test_features_by_name():
    """Names, a mask by name, and a Series."""
    X, y = blocks(levels=())
    X = X.drop(columns="twin")
    expected = debiased_lasso(X, y, features=[4, 1])
    for names in (["number4", "number1"], pd.Index(["number4", "number1"])):
        result = debiased_lasso(X, y, features=names)
        assert_array_equal(result.features, [4, 1])
        assert_array_equal(result.coefs, expected.coefs)
    mask = {"number4": True, "number1": np.True_, "number0": False}
    for given in (mask, pd.Series(mask), X.columns.isin(["number4", "number1"])):
        assert_array_equal(debiased_lasso(X, y, features=given).features, [1, 4])


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (["number9"], r"features names 'number9' \(near: 'number"),
        (
            ["number1", "income"],
            "features names 'income': X has no such feature among its 6 named ones",
        ),
        ({"number1": 1}, "features by name must be True or False, got 1"),
        ({"numbr1": True}, "features names 'numbr1'"),
        ("number1", "features must be column numbers, names, or a mask"),
    ],
)
def test_features_that_are_not_there(features, message):
    """Errors have the near names and their number."""
    X, y = blocks(levels=())
    with pytest.raises(ValueError, match=message):
        debiased_lasso(X.drop(columns="twin"), y, features=features)


def test_features_by_name_without_names():
    """An array has no names."""
    X, y = blocks(levels=())
    for features in (["number1"], {"number1": True}):
        with pytest.raises(ValueError, match="features is given by names .* X has none"):
            debiased_lasso(X.to_numpy(), y, features=features)
