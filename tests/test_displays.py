"""Pictures show what they say: their artists carry the numbers."""

import os
import subprocess
import sys
from inspect import Parameter, signature
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from scipy import sparse
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Lasso

import skl1
from skl1 import displays
from skl1.displays.style import COLOURS, GREY, number, styles
from skl1.penalties import L1, Lp, SquaredL2
from skl1.penalties.elementwise import slopes, values
from skl1.shrinkage import Bowl, balance, penalty_descent

mpl.use("agg")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def data():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    return X / X.std(), y


@pytest.fixture(scope="module")
def search(data):
    return skl1.ProximalLassoCV(n_alphas=30).fit(*data)


def legible(figure):
    """Every text lies in the figure, and no two texts overlap."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    hidden = set()
    for axis in figure.findobj(mpl.axis.Axis):
        low, high = sorted(axis.get_view_interval())
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not low <= tick.get_loc() <= high:
                hidden |= {tick.label1, tick.label2}
    texts = [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip()]
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in texts if t not in hidden]
    whole = figure.bbox
    for name, box in boxes:
        assert box.x0 >= whole.x0 - 1 and box.x1 <= whole.x1 + 1, name  # noqa: PT018
        assert box.y0 >= whole.y0 - 1 and box.y1 <= whole.y1 + 1, name  # noqa: PT018
    for i, (name, box) in enumerate(boxes):
        for other, another in boxes[i + 1 :]:
            width = min(box.x1, another.x1) - max(box.x0, another.x0)
            height = min(box.y1, another.y1) - max(box.y0, another.y0)
            assert width <= 1 or height <= 2, (name, other)


def test_path_of_a_search(data, search):
    display = displays.CoefficientPathDisplay.from_cv(search)
    assert len(display.lines_) == 10
    for j, line in enumerate(display.lines_):
        np.testing.assert_array_equal(line.get_xdata(), search.alphas_)
        np.testing.assert_array_equal(line.get_ydata(), search.coef_path_[:, j])
        assert line.get_label() == data[0].columns[j]
    assert {text.get_text() for text in display.labels_} == set(data[0].columns)
    left, right = display.ax_.get_xlim()
    assert left > right  # the model grows to the right
    least, simplest = (line.get_xdata()[0] for line in display.chosen_lines_)
    assert least == search.alpha_
    one = skl1.ProximalLassoCV(n_alphas=30, selection="1se").fit(*data)
    assert simplest == one.alpha_
    counts = [int(t.get_text()) for t in display.top_ax_.get_xticklabels()]
    at = [np.flatnonzero(search.alphas_ == x)[0] for x in display.top_ax_.get_xticks()]
    assert counts == search.n_nonzero_path_[at].tolist()
    legible(display.figure_)


def test_path_against_the_norm(data, search):
    display = displays.CoefficientPathDisplay.from_cv(search, against="norm", max_labels=3)
    norms = np.abs(search.coef_path_).sum(axis=1)
    np.testing.assert_allclose(display.lines_[0].get_xdata(), norms)
    assert len(display.labels_) == 3
    assert display.chosen_lines_[0].get_xdata()[0] == pytest.approx(
        np.abs(search.coef_).sum(), rel=0.02
    )
    legible(display.figure_)
    with pytest.raises(ValueError, match="against"):
        display.plot(against="x")


@pytest.mark.parametrize(
    "estimator",
    [
        skl1.ProximalLasso(l1_ratio=0.5),
        skl1.NonconvexLpRegressor(p=0.5),
        skl1.RidgeGD(),
        skl1.BestSubsetRegressor(4),
        skl1.MCPRegressor(),
    ],
    ids=lambda e: type(e).__name__,
)
def test_path_of_an_estimator(data, estimator):
    display = displays.CoefficientPathDisplay.from_estimator(estimator, *data)
    model = estimator
    column = len(display.strengths) // 2
    name = "k" if isinstance(estimator, skl1.BestSubsetRegressor) else "alpha"
    model = model.set_params(**{name: display.strengths[column].item()}).fit(*data)
    scale = np.abs(model.coef_).max()
    np.testing.assert_allclose(display.coefs[:, column], model.coef_, atol=0.02 * scale)
    assert display.feature_names is not None
    legible(display.figure_)


@pytest.mark.parametrize("name", ["lasso", "lp", "mcp", "scad", "log_sum", "ridge", "subset"])
def test_a_path_has_the_names_of_its_data_frame(data, name):
    pd = pytest.importorskip("pandas")
    X, y = data
    names = [f"feature {j}" for j in range(np.shape(X)[1])]
    function = getattr(skl1, f"{name}_path")
    size = {"k": 3} if name == "subset" else {"n_alphas": 10}
    path = function(pd.DataFrame(np.asarray(X), columns=names), y, return_path=True, **size)
    display = displays.CoefficientPathDisplay.from_path(path)
    assert display.labels_
    assert {label.get_text() for label in display.labels_} <= set(names)
    plain = function(np.asarray(X), y, return_path=True, **size)
    display = displays.CoefficientPathDisplay.from_path(plain)
    assert {label.get_text() for label in display.labels_} <= {f"x{j}" for j in range(len(names))}


def test_path_of_another_package(data):
    display = displays.CoefficientPathDisplay.from_estimator(Lasso(), *data, alphas=[1.0, 10.0])
    assert display.strengths.tolist() == [10.0, 1.0]
    np.testing.assert_array_equal(display.coefs[:, 1], Lasso(1.0).fit(*data).coef_)


def test_path_of_tuples_and_of_shapes(data):
    sizes = displays.CoefficientPathDisplay.from_path(skl1.subset_path(*data, k=3))
    assert sizes.ax_.get_xlabel() == "features at most"
    assert [t.get_text() for t in sizes.top_ax_.get_xticklabels()] == ["0", "1", "2", "3"]
    several = skl1.NonconvexLpRegressorCV(p=[0.5, 0.9], n_alphas=8, cv=3).fit(*data)
    row = [0.5, 0.9].index(several.p_)
    display = displays.CoefficientPathDisplay.from_cv(several)
    np.testing.assert_array_equal(display.coefs, several.coef_path_[row].T)
    curve = displays.CVCurveDisplay.from_cv(several)
    np.testing.assert_allclose(curve.losses, several.mse_path_[row].mean(axis=1))
    for cls in (displays.CoefficientPathDisplay, displays.CVCurveDisplay):
        with pytest.raises(TypeError, match="CV estimators"):
            cls.from_cv(skl1.ProximalLasso())


def test_cv_curve(search):
    display = displays.CVCurveDisplay.from_cv(search)
    line, _, (bars,) = display.errorbar_
    means = search.mse_path_.mean(axis=1)
    np.testing.assert_allclose(line.get_ydata(), means)
    low, high = np.array([segment[:, 1] for segment in bars.get_segments()]).T
    np.testing.assert_allclose(0.5 * (low + high), means)
    np.testing.assert_allclose(0.5 * (high - low), search.mse_se_)
    assert display.chosen_lines_[0].get_xdata()[0] == search.alpha_
    legible(display.figure_)


def test_cv_curve_of_criteria_scores_and_subsets(data):
    bic = displays.CVCurveDisplay.from_cv(skl1.ProximalLassoCV(selection="bic").fit(*data))
    assert bic.errors is None
    assert bic.ax_.get_ylabel() == "bic"
    scored = skl1.ProximalLassoCV(scoring="r2", n_alphas=10).fit(*data)
    display = displays.CVCurveDisplay.from_cv(scored)
    np.testing.assert_allclose(display.losses, scored.cv_results_["mean_test_score"])
    assert display.chosen_lines_[0].get_xdata()[0] == scored.alpha_
    sizes = displays.CVCurveDisplay.from_cv(skl1.BestSubsetRegressorCV(10).fit(*data))
    assert sizes.ax_.get_xlabel() == "features at most"
    legible(sizes.figure_)


def test_convergence(data):
    runs = {
        "working set": skl1.ProximalLasso(5.0),
        "ISTA": skl1.ProximalLasso(5.0, solver="ista", max_iter=30, tol=1e-12),
    }
    display = displays.ConvergenceDisplay.from_estimators(runs, *data)
    assert len(display.axes_) == 2
    assert [line.get_label() for line in display.lines_[0]] == list(runs)
    history = display.histories["ISTA"]
    np.testing.assert_array_equal(display.lines_[0][1].get_xdata(), history["iteration"])
    np.testing.assert_array_equal(display.lines_[1][1].get_ydata(), history["gap"])
    assert display.axes_[0].get_yscale() == "log"
    legible(display.figure_)
    one = displays.ConvergenceDisplay.from_estimator(
        skl1.SubgradientLasso(5.0), *data, against="iteration"
    )
    assert len(one.axes_) == 1
    assert not hasattr(runs["ISTA"], "coef_")
    with pytest.raises(ValueError, match="against"):
        one.plot(against="hours")
    with pytest.raises(ValueError, match="2 axes"):
        display.plot(one.axes_[0])


def test_what_cannot_be_drawn(data):
    with pytest.raises(TypeError, match="no duality gap"):
        displays.ConvergenceDisplay.from_estimator(skl1.MCPRegressor(1.0), *data)
    with pytest.raises(ValueError, match="no alpha"):
        displays.CoefficientPathDisplay.from_estimator(
            skl1.BestSubsetRegressor(3), *data, alphas=[1.0]
        )
    with pytest.raises(ValueError, match="zero"):
        displays.ConstraintRegionDisplay.from_bowl(Bowl(np.eye(2), [0.0, 0.0]))


def ways_in():
    """Every constructor of every display: its name, itself, and its first argument."""
    for name in displays.__all__:
        cls = getattr(displays, name)
        found = [key for key in dir(cls) if key.startswith("from_")]
        for key, way in [("", cls), *((key, getattr(cls, key)) for key in found)]:
            yield name + (f".{key}" if key else ""), way, next(iter(signature(way).parameters))


WAYS = list(ways_in())


@pytest.mark.parametrize(("name", "way", "first"), WAYS, ids=[name for name, *_ in WAYS])
@pytest.mark.parametrize(
    "wrong",
    [
        3,
        None,
        "text",
        [],
        [[1.0]],
        {},
        {"a": 3},
        {"a": None},
        skl1.ProximalLasso,
        Lasso(),
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_wrong_arguments_are_named(data, name, way, first, wrong):
    """An error of ours says which argument is wrong; none comes from deep inside."""
    others = [p for p in signature(way).parameters.values() if p.default is Parameter.empty][1:]
    known = {"X": data[0], "y": data[1]}
    rest = {p.name: known.get(p.name, wrong) for p in others if p.kind is not Parameter.VAR_KEYWORD}
    if first == "X":
        return  # NumPy, or Bowl, says what is wrong with data
    if name == "CoefficientPathDisplay.from_estimator" and isinstance(wrong, Lasso):
        words = "give alphas"
    else:
        words = "from_cv" if first == "search" else "|".join([first, *rest])
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        way(wrong, **rest)
    assert Path(caught.traceback[-1].path).parent.name == "displays"


@pytest.mark.parametrize("cls", [displays.CoefficientPathDisplay, displays.CVCurveDisplay])
def test_unfitted_searches_are_named(cls):
    for kind in (skl1.ProximalLassoCV, skl1.BestSubsetRegressorCV):
        with pytest.raises(NotFittedError, match=f"This {kind.__name__} instance is not fitted"):
            cls.from_cv(kind())
    with pytest.raises(TypeError, match="CV estimators"):
        cls.from_cv(skl1.ProximalLasso())


def test_other_arguments_are_named(data):
    """Lengths that differ, axes that are none, numbers out of range."""
    with pytest.raises(ValueError, match=r"coefs must have the shape \(any, 2\), got \(3, 4\)"):
        displays.CoefficientPathDisplay([1.0, 2.0], np.zeros((3, 4)))
    with pytest.raises(ValueError, match="feature_names .* each of the 3 features"):
        displays.CoefficientPathDisplay([1.0, 2.0], np.zeros((3, 2)), feature_names=["a"])
    with pytest.raises(TypeError, match="chosen must be a dict"):
        displays.CVCurveDisplay([1.0, 2.0], [3.0, 4.0], chosen=1.0)
    with pytest.raises(ValueError, match=r"errors must have the shape \(2,\)"):
        displays.CVCurveDisplay([1.0, 2.0], [3.0, 4.0], errors=[1.0])
    with pytest.raises(TypeError, match="ax must be of matplotlib's Axes, got int"):
        displays.CVCurveDisplay([1.0, 2.0], [3.0, 4.0]).plot(3)
    with pytest.raises(ValueError, match="limit"):
        displays.PenaltyDisplay.from_penalties({"L1": L1(1.0)}, limit=0.0)
    bowl = Bowl(np.eye(2), [1.0, 0.5])
    for options in ({"q": 1}, {"q": ()}, {"shrinkage": 0.0}):
        with pytest.raises(ValueError, match=next(iter(options))):
            displays.ConstraintRegionDisplay.from_bowl(bowl, **options)
    with pytest.raises(ValueError, match="regions"):
        displays.ConstraintRegionDisplay(bowl, [])
    with pytest.raises(TypeError, match="parameter alpha.*from_cv"):
        displays.CoefficientPathDisplay.from_estimator(skl1.ProximalLassoCV(), *data)
    with pytest.raises(ValueError, match="alphas must be"):
        displays.CoefficientPathDisplay.from_estimator(Lasso(), *data, alphas=[-1.0])


def test_edges():
    """A single feature, a single alpha, nothing but zeros, sparse X."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 6))
    y = X[:, 0] + 0.1 * rng.standard_normal(40)
    cls = displays.CoefficientPathDisplay
    assert len(cls.from_estimator(skl1.ProximalLasso(), X[:, :1], y).lines_) == 1
    assert len(cls.from_path(skl1.lasso_path(X, y, alphas=[0.1])).lines_) > 0
    for against in ("strength", "norm"):
        empty = cls.from_path((np.array([9.0, 8.0]), np.zeros((6, 2))), against=against)
        assert empty.lines_ == []
        empty.figure_.canvas.draw()
    stored = cls.from_estimator(skl1.ProximalLasso(), sparse.csr_array(X), y)
    np.testing.assert_allclose(
        stored.coefs, cls.from_estimator(skl1.ProximalLasso(), X, y).coefs, atol=1e-3
    )
    displays.PenaltyDisplay.from_penalties({"l_0": Lp(1.0, 0.0)})


def test_penalties():
    penalties = {"L1": L1(1.0), "l_0": Lp(1.0, 0.0), "squared L2": SquaredL2(1.0)}
    display = displays.PenaltyDisplay.from_penalties(penalties)
    w = display.w
    for i, penalty in enumerate(penalties.values()):
        value, force, rest = (lines[i].get_ydata() for lines in display.lines_)
        np.testing.assert_array_equal(value, values(penalty, w))
        np.testing.assert_array_equal(force[w != 0.0], slopes(penalty, w[w != 0.0]))
        drawn = np.isfinite(rest)
        np.testing.assert_array_equal(rest[drawn], balance(penalty, w).w[drawn])
        assert np.count_nonzero(~drawn) == (2 if i == 1 else 0)  # where l_0 jumps
    legible(display.figure_)


def test_constraint_regions():
    bowl = Bowl([[1.0, 0.3], [0.3, 1.0]], [1.5, 0.8])
    display = displays.ConstraintRegionDisplay.from_bowl(bowl)
    radius = 0.5 * np.linalg.norm(bowl.least_squares)
    for q, polygon, point in zip((1, 2), display.regions_, display.solutions_, strict=True):
        edge = np.abs(polygon.get_xy())
        np.testing.assert_allclose((edge**q).sum(axis=1), radius**q)
        found = bowl.within(q, radius)
        np.testing.assert_array_equal(point.get_xydata()[0], found.w)
    assert (display.regions[0][2].w == 0.0).sum() == 1
    assert (display.regions[1][2].w == 0.0).sum() == 0
    # A contour passes through the solution.
    touch = bowl.loss(display.regions[0][2].w)
    assert np.abs(display.contours_[0].levels - touch).min() < 1e-12
    legible(display.figure_)
    with pytest.raises(ValueError, match="two coefficients"):
        displays.ConstraintRegionDisplay.from_bowl(Bowl(np.eye(3), np.ones(3)))


def test_constraint_regions_of_data(data):
    X = data[0][["bmi", "s5"]]
    display = displays.ConstraintRegionDisplay.from_data(X, data[1], q=(0.5, 1, 2))
    assert len(display.axes_) == 3
    legible(display.figure_)
    # Inside the ball there is no contour to touch it.
    displays.ConstraintRegionDisplay.from_data(X, data[1], shrinkage=2.0)


def test_constraint_regions_with_limits_and_styles():
    """Frames of an animation: axes stay where they are, and each frame is drawn anew."""
    bowl = Bowl([[1.0, 0.3], [0.3, 1.0]], [1.5, 0.8])
    _, ax = plt.subplots()
    for shrinkage in (0.9, 0.2):
        ax.clear()
        display = displays.ConstraintRegionDisplay.from_bowl(
            bowl,
            q=[1],
            shrinkage=shrinkage,
            ax=ax,
            xlim=(-1.0, 2.0),
            ylim=(-2.0, 1.5),
            region_kwargs={"fc": "k", "lw": 4.0},
            contour_kwargs={"colors": "r"},
            point_kwargs={"ms": 3.0},
        )
        assert ax.get_xlim() == (-1.0, 2.0)
        assert ax.get_ylim() == (-2.0, 1.5)
    (ball,), (point,) = display.regions_, display.solutions_
    assert to_hex(ball.get_facecolor()) == "#000000"
    assert (ball.get_linewidth(), point.get_markersize()) == (4.0, 3.0)
    assert {to_hex(colour) for colour in display.contours_[0].get_edgecolor()} == {"#ff0000"}
    for wrong in ((1.0, 0.0), (0.0, np.inf), 3.0):
        with pytest.raises(ValueError, match="ylim"):
            display.plot(ylim=wrong)
    mapped = display.plot(contour_kwargs={"cmap": "viridis"})
    assert len({to_hex(colour) for colour in mapped.contours_[0].get_edgecolor()}) > 2


def empty_rows(figure):
    """The largest height without ink at either end of a picture, as a share of its height."""
    figure.canvas.draw()
    ink = (np.asarray(figure.canvas.buffer_rgba())[..., :3] < 250).any(axis=(1, 2))
    rows = np.flatnonzero(ink)
    return max(rows[0], ink.size - 1 - rows[-1]) / ink.size


def test_no_legend_over_a_ball_and_no_empty_margin():
    for G, c in (([[1.0, 0.3], [0.3, 1.0]], [1.5, 0.8]), ([[1.0, -0.8], [-0.8, 1.0]], [-2, 0.3])):
        for q in ([1], [2, 1], [2, 1, 0.5]):
            display = displays.ConstraintRegionDisplay.from_bowl(Bowl(G, c), q=q)
            assert empty_rows(display.figure_) < 0.08
            (legend,) = [each for ax in display.axes_ if (each := ax.get_legend())]
            box = legend.get_window_extent()
            for ax in display.axes_:
                assert box.y1 <= ax.bbox.y0
            legible(display.figure_)


def test_numbers_at_axes_are_whole(data):
    """No factor above an axis, which the counts on top would cover."""
    X, y = data
    path = displays.CoefficientPathDisplay.from_path(skl1.lasso_path(X / 1e6, y))
    curve = displays.CVCurveDisplay([3.0, 2.0, 1.0], [2e11, 1e11, 1.5e11], n_nonzeros=[0, 1, 2])
    for display in (path, curve.plot()):
        legible(display.figure_)
        axis = display.ax_.yaxis
        assert axis.get_offset_text().get_text() == ""
        shown = [text.get_text() for text in axis.get_ticklabels()]
        assert any(r"\times 10^" in text for text in shown)
    values = (0.0, 0.25, -1.5, 99999.0, 1e5, -2.5e-5, 0.1 + 0.2)
    assert [number(value) for value in values] == [
        "0",
        "0.25",
        "\N{MINUS SIGN}1.5",
        "99999",
        "$10^{5}$",
        r"$-2.5 \times 10^{-5}$",
        "0.3",
    ]
    _, ax = plt.subplots()
    ax.yaxis.set_major_formatter("{x:.1f} units")  # the caller's formats remain
    displays.ShrinkageDisplay({"a": [1.0, 0.5]}).plot(ax)
    assert ax.yaxis.get_major_formatter()(1.0) == "1.0 units"


def test_intervals(data):
    X, y = data
    found = skl1.debiased_lasso(X, y)
    display = displays.IntervalDisplay.from_debiased(found)
    order = np.argsort(-found.coefs)
    np.testing.assert_array_equal(display.rows_, order)
    names = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert names == list(X.columns[order])
    apart = (found.lower > 0) | (found.upper < 0)
    for points, lines, members in zip(
        display.points_, display.lines_, (apart, ~apart), strict=True
    ):
        rows = points.get_ydata().astype(int)
        np.testing.assert_array_equal(np.sort(order[rows]), np.flatnonzero(members))
        np.testing.assert_array_equal(points.get_xdata(), found.coefs[order][rows])
        ends = np.array([segment[:, 0] for segment in lines.get_segments()])
        np.testing.assert_array_equal(ends[:, 0], found.lower[order][rows])
        np.testing.assert_array_equal(ends[:, 1], found.upper[order][rows])
    top, bottom = display.ax_.get_ylim()[::-1]
    assert top < 0 < bottom  # the largest is above
    assert "95 %" in display.ax_.get_xlabel()
    legible(display.figure_)

    few = display.plot(max_features=3)
    assert set(few.rows_) == set(np.argsort(-np.abs(found.coefs))[:3])
    part = skl1.debiased_lasso(X.to_numpy(), y, features=[8, 2])
    names = [
        t.get_text() for t in displays.IntervalDisplay.from_debiased(part).ax_.get_yticklabels()
    ]
    assert names == ["x8", "x2"]


def test_intervals_of_which_little_is_known(data):
    """A flagged interval has a colour of its own; one without ends crosses the picture."""
    X, y = data[0].assign(constant=1.0, twin=data[0]["bmi"]), data[1]
    with pytest.warns(skl1.IntervalWarning):
        found = skl1.debiased_lasso(X, y)
    display = displays.IntervalDisplay.from_debiased(found)
    labels = [points.get_label() for points in display.points_]
    assert labels == ["without 0", "flagged: tells little", "with 0"]
    rows = display.rows_[display.points_[1].get_ydata().astype(int)]
    assert set(X.columns[rows]) == {"bmi", "twin"}
    ends = [segment[:, 0].tolist() for segment in display.lines_[2].get_segments()]
    assert list(display.ax_.get_xlim()) in ends
    legible(display.figure_)


def test_shares_of_a_stability_selection(data):
    selection = skl1.StabilitySelection(random_state=0, n_pairs=20).fit(*data)
    display = displays.IntervalDisplay.from_stability(selection)
    shares, both = selection.selection_probabilities_, selection.simultaneous_probabilities_
    kept, left_out = display.points_
    assert np.all(kept.get_xdata() >= selection.threshold_)
    assert np.all(left_out.get_xdata() < selection.threshold_)
    assert kept.get_xdata().size == selection.get_support().sum()
    at = {tuple(segment[:, 0]) for lines in display.lines_ for segment in lines.get_segments()}
    assert at == set(zip(both, 2 * shares - both, strict=True))
    assert display.chosen_lines_[0].get_xdata()[0] == selection.threshold_
    legible(display.figure_)
    with pytest.raises(NotFittedError):
        displays.IntervalDisplay.from_stability(skl1.StabilitySelection())


def test_descents():
    display = displays.ShrinkageDisplay.from_penalties({"L1": L1(1.0), "L2": SquaredL2(1.0)})
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), penalty_descent(L1(1.0)))
    assert display.lines_[1].get_ydata()[-1] > 0.0
    legible(display.figure_)


def test_axes_and_styles_are_the_callers(data):
    figure, ax = plt.subplots()
    display = displays.CoefficientPathDisplay.from_estimator(
        skl1.ProximalLasso(), *data, ax=ax, line_kwargs={"lw": 3, "color": "k"}
    )
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert {line.get_linewidth() for line in display.lines_} == {3.0}
    assert display.plot().ax_ is not ax


def luminance(colour):
    """Relative, as the accessibility guidelines define it."""
    channels = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_colours_show_on_light_and_dark():
    """Contrast with white and with the dark of the sites that show the pictures."""
    for colour in (*COLOURS, GREY):
        light, dark, own = luminance("#ffffff"), luminance("#0d1117"), luminance(colour)
        assert (light + 0.05) / (own + 0.05) > 2.0, to_hex(colour)
        assert (own + 0.05) / (dark + 0.05) > 2.0, to_hex(colour)


def test_styles_differ():
    assert len({tuple(style.values()) for style in styles(24)}) == 24


def test_every_display_is_public_and_plots_nothing_at_import(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not here')")
    code = (
        "import skl1, sys; from skl1.displays import *; "
        "assert 'matplotlib' not in sys.modules; "
        "display = skl1.displays.ShrinkageDisplay({'a': [1.0]}); "
        "display.plot()"
    )
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "ShrinkageDisplay.plot requires matplotlib" in run.stderr


def test_the_path_of_a_classifier():
    """Of two classes it is drawn; more have a path each, and are told so."""
    X, y = load_iris(return_X_y=True)
    model = skl1.ProximalLogisticRegression()
    display = displays.CoefficientPathDisplay.from_estimator(model, X, y == 1)
    assert not display.coefs[:, 0].any()
    assert display.coefs[:, -1].all()
    with pytest.raises(ValueError, match="has 3 classes here"):
        displays.CoefficientPathDisplay.from_estimator(model, X, y)
