"""The site beside its guides: charts of benchmarks, sorted tables, search, the page for nothing."""

import importlib.util
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

import skl1
from test_live_page import opened

DOCS = Path(__file__).resolve().parents[1] / "docs"
built = pytest.mark.skipif(
    "SKL1_SITE" not in os.environ, reason="SKL1_SITE does not name a built site"
)


@pytest.fixture(scope="module")
def charts():
    """docs/benchmark_charts.py, which is a part of how the site is built."""
    spec = importlib.util.spec_from_file_location("benchmark_charts", DOCS / "benchmark_charts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site():
    return Path(os.environ["SKL1_SITE"]).resolve()


def test_charts_show_the_tables(charts):
    """A dot is the geometric mean of a problem's cells, hollow where a time is a lower bound."""
    rows = charts.tables_of_text(
        "problem  n x p  skl1  sklearn  sklearn_gram  celer\n"
        "a        9x9       2       20             8    > 2 s\n"
        "a        9x9       1        2            18    > 2 s\n\n"
        "problem  n x p  skl1  celer\n"
        "b        9x9      10  fails\n"
    )
    assert len(rows) == 3
    assert charts.factors(rows, "a", "sklearn") == (pytest.approx(8**0.5), False)
    assert charts.factors(rows, "a", "celer") == (pytest.approx(2e6**0.5), True)
    mean, bound = charts.factors(rows, "b", "celer")
    assert np.isnan(mean)
    assert bound
    (ax,) = charts.dots(rows, "times").axes
    full, hollow, none, bounds = ax.lines[:4]
    assert [line.get_xdata().size for line in (full, hollow, none, bounds)] == [1, 0, 0, 1]
    assert full.get_xdata()[0] == pytest.approx(8**0.5)
    assert bounds.get_markerfacecolor() == "none"
    mpl.pyplot.close("all")


def test_charts_are_of_the_figures_in_the_repository(charts):
    mpl.use("agg")
    for chart in (charts.race, charts.paths, charts.folds):
        (ax,) = chart().axes
        problems = [text.get_text() for text in ax.get_yticklabels()]
        assert len(problems) >= 8
        assert "tiny" in problems
    mpl.pyplot.close("all")


def test_logo_is_drawn_by_hand():
    """One file, small, without a foreign address; the contour touches the diamond at its corner."""
    file = DOCS / "_static" / "logo.svg"
    assert file.stat().st_size < 2000
    text = file.read_text("utf-8")
    assert set(re.findall(r"https?://[^\"]+", text)) == {"http://www.w3.org/2000/svg"}
    parts = {each.tag.rpartition("}")[2]: each for each in ET.fromstring(text).iter()}
    corners = re.findall(r"([\d.]+) ([\d.]+)", parts["path"].get("d"))
    dot = parts["circle"].get("cx"), parts["circle"].get("cy")
    assert dot in corners
    outer = re.search(
        r'cx="([\d.]+)" cy="([\d.]+)" rx="([\d.]+)" ry="([\d.]+)" transform="rotate\((-?\d+)', text
    )
    cx, cy, rx, ry, turn = map(float, outer.groups())
    angle = np.deg2rad(turn)
    x, y = float(dot[0]) - cx, float(dot[1]) - cy
    along = (x * np.cos(angle) + y * np.sin(angle)) / rx
    across = (y * np.cos(angle) - x * np.sin(angle)) / ry
    assert along**2 + across**2 == pytest.approx(1.0, abs=0.02)


def test_each_estimator_has_a_search():
    """As the README says."""
    models = [name for name in skl1.estimators.__all__ if hasattr(getattr(skl1, name), "fit")]
    for name in [*models, "RelaxedLasso", "AdaptiveLasso"]:
        assert f"{name}CV" in skl1.__all__


@built
@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("install", "install.html"),
        ("missing values", "questions.html"),
        ("logistic", "generated/skl1.ProximalLogisticRegression.html"),
        ("feature importance", "questions.html"),
        ("p-value", "questions.html"),
        ("confidence interval", "questions.html"),
        ("cite", "citation.html"),
        ("lasso_path", "generated/skl1.lasso_path.html"),
    ],
)
def test_the_built_site_finds(site, words, page):
    """Among the first three of the search page, as a reader's browser makes it."""
    address = (site / "search.html").as_uri() + "?q=" + words.replace(" ", "+")
    text = opened(address)
    found = re.findall(r'<li class="kind-[^"]*"[^>]*>\s*<a href="([^"#?]+)', text)
    assert page in found[:3]


class Tables(HTMLParser):
    """Counts rows of the tables in folded parts."""

    def __init__(self):
        super().__init__()
        self.inside, self.rows = 0, []

    def handle_starttag(self, tag, attrs):
        if tag == "details":
            self.inside += 1
            self.rows.append(0)
        elif tag == "tr" and self.inside:
            self.rows[-1] += 1

    def handle_endtag(self, tag):
        self.inside -= tag == "details"


@built
def test_the_built_site_folds_and_sorts_its_tables(site):
    """All rows of the race, unsorted in the file, with buttons once scripts have run."""
    text = (site / "benchmarks.html").read_text("utf-8")
    tables = Tables()
    tables.feed(text)
    assert max(tables.rows) > 130
    assert len(re.findall(r"_images/\w+-(?:light|dark)\.svg", text)) >= 6
    live = opened((site / "benchmarks.html").as_uri())
    assert re.search(r'<th scope="col"><button type="button">ratio</button>', live)


@built
def test_the_built_site_has_a_page_for_nothing(site):
    """It knows the folders of the site, so that its addresses lead somewhere at any depth."""
    text = (site / "404.html").read_text("utf-8")
    folders = re.search(r"known = /\\/\(\?:([\w|]+)\)", text)[1].split("|")
    pages = {page.parent.name for page in site.glob("*/*.html")}
    assert {name for name in pages if name[0] != "_"} <= set(folders)
    assert "No such page" in text


@built
def test_the_built_site_says_how_to_cite_this_version(site):
    text = (site / "citation.html").read_text("utf-8")
    assert f"Version {skl1.__version__}" in text
    assert "@software" in text
