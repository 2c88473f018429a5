"""The page "Why L1 gives zeros": its figure against skl1.shrinkage, and what its code prints.

Chromium opens the figure and goes through states; what is found stands in the figure's attributes.
Without Chromium these tests are skipped, and fail where CI is set.
"""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from skl1 import BestSubsetRegressor
from skl1.penalties import L1, Lp, SquaredL2
from skl1.penalties.elementwise import slopes
from skl1.shrinkage import Bowl, balance, corner_shares, corners, penalty_descent

DOCS = Path(__file__).resolve().parents[1] / "docs"
FRAGMENT = DOCS / "live" / "figure.html"
START = {"q": 1, "t": 1, "z1": 1.8, "z2": 0.6, "rho": 0.3, "v": 1, "start": 5, "step": 0.5}
STATES = [
    START | changes
    for changes in (
        {},
        {"q": 2},
        {"q": 1.5, "z1": -1, "z2": 2, "rho": 0.8, "v": 0.4, "start": 5.1},
        {"q": 1.01},
        {"q": 1.2, "rho": -0.5, "z2": -2.2, "start": 5.1, "step": 0.1},
        {"q": 0.5},
        {"q": 0.5, "z1": 1.5, "z2": 1.3, "rho": -0.4, "start": 3.3, "step": 0.7},
        {"q": 0.5, "t": 0.2, "z1": -2.1, "z2": -1.9, "rho": 0.9},
        {"q": 0.2, "z1": 2.9, "z2": -2.8, "rho": -0.9, "v": 3},
        {"q": 0.9, "z1": 1.6, "z2": -1.2, "rho": 0.2, "v": 2, "t": 0.8, "step": 0.05},
        {"q": 0, "z1": 1.5, "z2": 1.3, "rho": 0.5, "v": 2},
        {"q": 0, "z1": -1.5, "z2": 1.3, "rho": 0.5, "v": 0.3},
        {"q": 1, "z1": 1.4, "z2": -1.1, "rho": 0.9},
        {"q": 1, "z1": -0.4, "z2": -1.9, "rho": -0.97, "v": 4, "t": 0.3},
        {"q": 1, "z1": 0.3, "z2": 2.95, "rho": 0.97, "v": 0.1, "t": 0.05, "start": 0.1},
        {"q": 1, "z1": 0.25, "z2": -0.25, "rho": 0.5},
        {"q": 2, "z1": -2.5, "z2": 0, "rho": 0, "v": 0.1, "t": 2, "step": 1},
        {"q": 2, "z1": 3, "z2": 3, "rho": -0.9, "v": 4, "t": 0.05},
    )
]
#: What a reader without a mouse does, and a reader with one; each returns what was found after it.
ACTIONS = """
const handle = document.querySelector("#live .handle"), ball = document.getElementById("live-ball");
const press = (key, shiftKey = false) => handle.dispatchEvent(
  new KeyboardEvent("keydown", { key, shiftKey, cancelable: true, bubbles: true }));
const point = (type, z, target, pointerType = "mouse") => {
  const box = ball.getBoundingClientRect(), unit = box.width / 400 * 64;
  const clientX = box.left + box.width / 2 + unit * z[0];
  const clientY = box.top + box.width / 2 - unit * z[1];
  target.dispatchEvent(new PointerEvent(type, { pointerId: 1, pointerType, button: 0,
    clientX, clientY, bubbles: true, cancelable: true }));
};
const slide = (name, value) => {
  const input = document.getElementById("live-" + name);
  input.value = value;
  input.dispatchEvent(new Event("input"));
};
const actions = {
  keys() { press("ArrowRight"); press("ArrowUp", true); press("ArrowUp"); press("x"); },
  mouse() { point("pointerdown", [0.5, 2], ball); point("pointermove", [-1, 2.25], ball); },
  released() {
    point("pointerdown", [0.5, 2], ball);
    point("pointerup", [0.5, 2], ball);
    point("pointermove", [2, 2], ball);
  },
  finger() {
    point("pointerdown", [1, 1], handle, "touch");
    point("pointermove", [2, -1], ball, "touch");
  },
  scroll() {
    point("pointerdown", [1, 1], ball, "touch");
    point("pointermove", [2, -1], ball, "touch");
  },
  sliders() { slide("rho", -0.5); slide("v", 2); slide("z1", -1); },
  lasso() { slide("alpha", 0.25); },
  ridge() { slide("q", 2); slide("alpha", 0.5); },
  preset() { document.querySelector("[data-state*='q=0.5']").click(); },
};
"""


def find_browser():
    """The path of Chromium; a skip without it, or a failure where CI is set."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("no Chromium for the figure of the documentation: apt-get install chromium")
    return found


def opened(address):
    """The page's text after its scripts have run."""
    command = [
        find_browser(),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--force-prefers-reduced-motion",
        "--virtual-time-budget=5000",
        "--dump-dom",
        address,
    ]
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:  # its own, for parallel tests
        command.append(f"--user-data-dir={profile}")
        run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return run.stdout


def attributes(page):
    """The figure's, by name."""
    tag = re.search(r'<div class="live" id="live"[^>]*>', page)[0]
    return {name: html.unescape(text) for name, text in re.findall(r'data-(\w+)="([^"]*)"', tag)}


def address_of(state):
    return "#" + "&".join(f"{name}={value}" for name, value in state.items())


def write_page(folder, script):
    """The figure on a page of its own; the script's value, as JSON, is in ``results``."""
    figure = FRAGMENT.read_text("utf-8").replace('"_static/', f'"{(DOCS / "_static").as_uri()}/')
    page = folder / "page.html"
    page.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><body style="width: 900px">{figure}'
        '<pre id="results"></pre><script>const figure = document.getElementById("live");'
        f"document.getElementById('results').textContent = JSON.stringify((() => {{{script}}})());"
        "</script></body></html>",
        "utf-8",
    )
    return page.as_uri()


def results(page):
    return json.loads(
        html.unescape(re.search(r'<pre id="results">(.*?)</pre>', page, re.DOTALL)[1])
    )


SHOW = """
const show = (address) => {
  history.replaceState(null, "", address);
  dispatchEvent(new Event("hashchange"));
  return Object.assign({}, figure.dataset);
};
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What the figure finds in each state."""
    addresses = json.dumps([address_of(state) for state in STATES])
    script = SHOW + f"return {addresses}.map(show);"
    return results(opened(write_page(tmp_path_factory.mktemp("live"), script)))


@pytest.fixture(scope="module")
def acted(tmp_path_factory):
    """What it finds after each action, from the first state."""
    script = SHOW + ACTIONS
    script += f"""
    return Object.fromEntries(Object.entries(actions).map(([name, action]) => {{
      show("{address_of(START)}");
      action();
      point("pointerup", [0, 0], ball);
      const told = {{ handle: handle.getAttribute("aria-valuetext") }};
      return [name, Object.assign(told, figure.dataset)];
    }}));"""
    return results(opened(write_page(tmp_path_factory.mktemp("acts"), script)))


def bowl_of(state):
    across = state["rho"] * np.sqrt(state["v"])
    G = np.array([[1.0, across], [across, state["v"]]])
    return Bowl(G, G @ [state["z1"], state["z2"]])


def data_of(bowl):
    """Two samples with that loss."""
    X = np.sqrt(2.0) * np.linalg.cholesky(bowl.G).T
    return X, np.linalg.solve(X.T / 2.0, bowl.c)


def best_in_ball(bowl, q, radius):
    """The solution, for any q, and its alpha where skl1 gives one."""
    if q == 0:
        X, y = data_of(bowl)
        return BestSubsetRegressor(1, fit_intercept=False).fit(X, y).coef_, np.nan
    found = bowl.within(q, radius)
    return found.w, found.alpha


@pytest.mark.parametrize("place", range(len(STATES)))
def test_the_touching_point_is_that_of_the_package(shown, place):
    state, found = STATES[place], shown[place]
    bowl, q, w = bowl_of(state), state["q"], np.array(json.loads(found["w"]))
    alpha = float(found["alpha"])
    inside = q > 0 and (np.abs(bowl.least_squares) ** q).sum() <= state["t"] ** q
    assert found["inside"] == str(bool(inside)).lower()
    if q in {0, 1, 2} or q < 1:
        expected, expected_alpha = best_in_ball(bowl, q, state["t"])
        np.testing.assert_allclose(w, expected, rtol=0, atol=1e-6)
        if np.isfinite(expected_alpha):
            assert alpha == pytest.approx(expected_alpha, abs=1e-6)
        corner = q <= 1 and not inside and (expected == 0.0).any()
        np.testing.assert_array_equal(w == 0.0, expected == 0.0)
    else:  # convex and smooth: the conditions of optimality are a proof
        assert (np.abs(w) ** q).sum() == pytest.approx(state["t"] ** q)
        pull = bowl.c - bowl.G @ w
        np.testing.assert_allclose(pull, alpha * np.sign(w) * np.abs(w) ** (q - 1), atol=1e-9)
        assert alpha > 0.0
        assert w.all()
        corner = False
    assert found["corner"] == str(bool(corner)).lower()


@pytest.mark.parametrize("place", range(len(STATES)))
def test_forces_are_those_of_the_package(shown, place):
    state, found = STATES[place], shown[place]
    bowl, q = bowl_of(state), state["q"]
    w, pull = (np.array(json.loads(found[name])) for name in ("w", "pull"))
    hold = np.array([float(each) for each in json.loads(found["hold"])])
    np.testing.assert_allclose(pull, bowl.c - bowl.G @ w, rtol=0, atol=1e-6)
    if found["inside"] == "true":
        assert not hold.any()
        return
    used = w != 0.0
    np.testing.assert_allclose(pull[used], hold[used], rtol=0, atol=1e-6)
    assert (np.abs(pull[~used]) <= hold[~used] + 1e-12).all()
    alpha = float(found["alpha"])
    if q in {1, 2}:  # one coefficient as the other stays, in units in which its curvature is 1
        penalty = L1 if q == 1 else SquaredL2
        for j, curvature in enumerate(np.diag(bowl.G)):
            at = balance(penalty(alpha / curvature), w[j] + pull[j] / curvature)
            np.testing.assert_allclose(w[j], at.w, rtol=0, atol=1e-6)
            np.testing.assert_allclose(pull[j], curvature * at.pull, rtol=0, atol=1e-6)
            np.testing.assert_allclose(hold[j], curvature * at.hold, rtol=0, atol=1e-6)
    elif 0 < q < 1:
        penalty = Lp(alpha / q, q)
        np.testing.assert_allclose(hold[used], slopes(penalty, w[used]), rtol=0, atol=1e-6)
        assert np.isinf(penalty.slope_at_zero())
        assert np.isinf(hold[~used]).all()


@pytest.mark.parametrize("place", range(len(STATES)))
def test_descents_are_those_of_the_package(shown, place):
    state, ways = STATES[place], json.loads(shown[place]["descents"])
    options = {"step": state["step"], "n_steps": 20}
    for method in ("subgradient", "truncated", "proximal"):
        way = penalty_descent(L1(1.0), state["start"], method=method, **options)
        np.testing.assert_allclose(ways[method], way, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(np.array(ways[method]) == 0.0, way == 0.0)
    way = penalty_descent(SquaredL2(1.0), state["start"], **options)
    np.testing.assert_allclose(ways["squared"], way, rtol=0, atol=1e-12)


def share_of_corners(G, q, shrinkage):
    """Over all directions, by ends of arcs: for it the package draws directions at random."""

    def corner(angles):
        c = np.column_stack([np.cos(angles), np.sin(angles)]) @ G
        return corners._corner(G, c, q, shrinkage)

    low = np.pi / 7.0 + np.linspace(0.0, 2.0 * np.pi, 721)
    known = corner(low)
    inside = known[:-1] & known[1:]
    ends = np.flatnonzero(known[:-1] != known[1:])
    low, high, first = low[ends], low[ends + 1], known[ends]
    begin, end = low, high
    for _ in range(40):
        middle = 0.5 * (low + high)
        same = corner(middle) == first
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    arcs = np.where(first, low - begin, end - low)
    return inside.mean() + arcs.sum() / (2.0 * np.pi)


@pytest.mark.parametrize("place", range(len(STATES)))
def test_the_share_of_corners_is_that_of_the_package(shown, place):
    state, share = STATES[place], float(shown[place]["share"])
    q, shrinkage = state["q"], state["t"] / np.hypot(state["z1"], state["z2"])
    if q == 0:
        assert share == pytest.approx(1.0)
    elif shrinkage < 1.0:
        assert share == pytest.approx(share_of_corners(bowl_of(state).G, q, shrinkage), abs=1e-6)
        options = {"q": (q,), "shrinkage": shrinkage, "n_draws": 2000, "random_state": 0}
        drawn = corner_shares(state["rho"], np.sqrt(state["v"]), **options)
        assert abs(drawn.shares[0] - share) <= 4.0 * drawn.errors[0] + 1e-3


def depth_in(polygon, points):
    """How far points are within a convex polygon, counterclockwise; negative outside."""
    along = np.roll(polygon, -1, axis=0) - polygon
    long = np.hypot(*along.T) > 1e-6
    start, (x, y) = polygon[long], along[long].T
    normals = np.column_stack([-y, x]) / np.hypot(x, y)[:, None]
    return np.einsum("jk,ijk->ij", normals, points[:, None] - start).min(axis=1)


def test_green_zones_are_where_the_package_finds_corners(tmp_path):
    """But for points within 0.02 of their outline: it is drawn by a finite number of sides."""
    states = [state for state in STATES if 0 < state["q"] <= 1]
    script = f"""
    const {{ gram, zones }} = skl1Zeros;
    return {json.dumps(states)}.map((s) => zones(gram(s.rho, s.v), s.q, s.t, 6));"""
    found = results(opened(write_page(tmp_path, script)))
    z = np.random.default_rng(0).uniform(-3.0, 3.0, (400, 2))
    for state, zones in zip(states, found, strict=True):
        q, t, G = state["q"], state["t"], bowl_of(state).G
        depth = np.max([depth_in(np.array(zone), z) for zone in zones if zone], axis=0)
        clear = (np.abs(depth) > 0.02) & ((np.abs(z) ** q).sum(axis=1) > t**q)
        assert clear.sum() > 150
        corner = corners._corner(G, z @ G, q, t)
        np.testing.assert_array_equal(corner[clear], depth[clear] > 0.0)


def test_the_address_sets_the_figure(tmp_path, shown):
    place = 6
    page = opened(write_page(tmp_path, "") + address_of(STATES[place]))
    assert attributes(page) == shown[place]
    assert 'id="live-summary">The ellipse touches the ball at' in page


def test_sections_are_no_states(tmp_path, shown):
    assert attributes(opened(write_page(tmp_path, "") + "#why-the-corner")) == shown[0]


def solution(**changes):
    state = START | changes
    return best_in_ball(bowl_of(state), state["q"], state["t"])[0]


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        ("keys", {"z1": 1.85, "z2": 1.15}),
        ("mouse", {"z1": -1, "z2": 2.25}),
        ("released", {"z1": 0.5, "z2": 2}),
        ("finger", {"z1": 2, "z2": -1}),
        ("scroll", {}),  # a finger beside the point does not move it
        ("sliders", {"rho": -0.5, "v": 2, "z1": -1}),
        ("preset", {"q": 0.5, "z1": 1.5, "z2": 1.3}),
    ],
)
def test_the_figure_obeys_keys_pointers_and_sliders(acted, action, changes):
    w = json.loads(acted[action]["w"])
    np.testing.assert_allclose(w, solution(**changes), rtol=0, atol=1e-6)
    state = START | changes
    assert acted[action]["handle"] == f"first {state['z1']:.2f}, second {state['z2']:.2f}".replace(
        "-", "\u2212"
    )


@pytest.mark.parametrize(("action", "penalty", "alpha"), [("lasso", 1, 0.25), ("ridge", 2, 0.5)])
def test_alpha_sets_the_radius(acted, action, penalty, alpha):
    bowl = bowl_of(START)
    w = np.array(json.loads(acted[action]["w"]))
    assert float(acted[action]["alpha"]) == pytest.approx(alpha, abs=1e-6)
    expected = (
        np.linalg.solve(bowl.G, bowl.c - alpha)
        if penalty == 1
        else np.linalg.solve(bowl.G + alpha * np.eye(2), bowl.c)
    )
    np.testing.assert_allclose(w, expected, rtol=0, atol=1e-6)


def test_the_figure_is_whole_without_a_mouse_a_server_or_scripts():
    text = FRAGMENT.read_text("utf-8")
    ids = set(re.findall(r' id="([^"]+)"', text))
    for kind in ("for", "aria-labelledby"):
        for names in re.findall(rf' {kind}="([^"]+)"', text):
            assert set(names.split()) <= ids
    sliders = re.findall(r'type="range" id="([^"]+)"', text)
    assert len(sliders) >= 9
    assert set(sliders) <= set(re.findall(r'<label for="([^"]+)"', text))
    assert "<noscript>" in text
    assert '<div class="live" id="live" hidden>' in text
    static = [DOCS / name for name in re.findall(r'(?:src|href)="([^"]+)"', text)]
    assert len(static) == 3
    for file in static:
        addresses = set(re.findall(r"https?://[^\s\"')]+", file.read_text("utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}  # a name, which nobody loads


@pytest.mark.skipif("SKL1_SITE" not in os.environ, reason="SKL1_SITE does not name a built site")
def test_the_built_site_needs_no_server():
    site = Path(os.environ["SKL1_SITE"]).resolve()
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        loaded = re.findall(r'<(?:script|img|source|iframe)[^>]* src="([^"]+)"', text)
        loaded += re.findall(r'<link[^>]* rel="stylesheet"[^>]* href="([^"]+)"', text)
        assert [each for each in loaded if each.startswith(("http:", "https:", "//"))] == [], page
    page = opened((site / "why_zeros.html").as_uri() + address_of(STATES[5]))
    w = json.loads(attributes(page)["w"])
    np.testing.assert_allclose(w, solution(q=0.5), rtol=0, atol=1e-6)
    assert page.count("<mjx-container") > 20  # formulae are set


@pytest.mark.skipif("SKL1_SITE" not in os.environ, reason="SKL1_SITE does not name a built site")
def test_the_built_site_shows_pictures_and_links_names():
    """Of pages that draw; names lead to the reference in prose and in code."""
    site = Path(os.environ["SKL1_SITE"]).resolve()
    for page in ("getting_started", "nonconvex", "story_tables", "story_classes"):
        text = (site / f"{page}.html").read_text("utf-8")
        source = (DOCS / f"{page}.md").read_text("utf-8")
        for paper in ("light", "dark"):
            drawn = re.findall(rf'src="(_images/{page}-\d+-{paper}.svg)"', text)
            assert len(drawn) == source.count("<!-- picture: ") > 0
            assert all((site / each).stat().st_size for each in drawn)
        assert re.search(r'href="generated/skl1[^"]*"[^>]*><code', text)
        assert re.search(r'codeautolink-a" href="generated/skl1', text)
