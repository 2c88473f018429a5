"""The documentation is true: its code runs, its links lead somewhere, its table is current."""

import ast
import importlib.util
import inspect
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import is_dataclass
from operator import attrgetter
from pathlib import Path
from types import FunctionType

import pytest

import skl1
import skl1.__main__ as demonstration
from common import needed

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
SOURCE = re.compile(r'(?:src|srcset)="(?!https?:)([^"]+)"')


def page_name(page):
    return page.relative_to(ROOT).as_posix()


def load_shown():
    """docs/shown.py, by which the build runs pages, too."""
    spec = importlib.util.spec_from_file_location("shown", ROOT / "docs" / "shown.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["shown"] = module  # as dataclasses look their module up
    spec.loader.exec_module(module)
    return module


shown = load_shown()
WITH_CODE = [page for page in PAGES if shown.blocks(page.read_text("utf-8"))]


def test_pages_with_code_are_found():
    names = {page_name(page) for page in WITH_CODE}
    assert {"README.md", "docs/getting_started.md", "docs/estimators/logistic.md"} <= names
    assert len(names) > 30


@pytest.mark.parametrize("page", WITH_CODE, ids=page_name)
def test_pages_show_what_their_code_prints_and_draws(page):
    if page.parent == ROOT:
        pytest.importorskip("dask")  # a class of it is imported by a block for clusters
    try:
        complaints = [shown.complaint(page, *each) for each in shown.run(page)]
    except ImportError as error:
        missing = error.name is None or not importlib.util.find_spec(error.name.split(".")[0])
        if not missing:
            raise
        pytest.skip(str(error))
    assert [each for each in complaints if each] == []


@pytest.mark.parametrize("page", WITH_CODE, ids=page_name)
def test_pages_show_and_do_not_assert(page):
    """All code of a page is in blocks that are run, and none of it is a test."""
    text = page.read_text("utf-8")
    found = shown.blocks(text)
    assert len(found) == len(re.findall(r"^ *`{3,}[{ ]*(?:python|py|code)", text, re.MULTILINE))
    nodes = [node for block in found for node in ast.walk(ast.parse(block.source))]
    assert not any(isinstance(node, ast.Assert) for node in nodes)
    assert "assert_" not in "".join(block.source for block in found)
    assert sum(len(block.pictures) for block in found) == len(shown.PICTURE.findall(text))


GUIDES = [page for page in WITH_CODE if page.parent.name in {"docs", "estimators"}]


@pytest.mark.parametrize("page", GUIDES, ids=page_name)
def test_guides_show_something(page):
    assert any(block.shown for block in shown.blocks(page.read_text("utf-8")))


def test_formulae_are_set():
    """No formula in a guide is a block of plain text."""
    plain = re.compile(r"^ {4}.*(?:sum_|\^2|\|w)", re.MULTILINE)
    for page in (page for page in PAGES if page.parent.name in {"docs", "estimators"}):
        prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert plain.findall(prose) == [], page_name(page)


@pytest.mark.parametrize(
    ("printed", "page_text", "equal"),
    [
        ("error 0.123\n", "error  0.124", True),
        ("error 0.123\n", "errors 0.123", False),
        ("0.12", "0.13", True),  # a unit of the last place
        ("0.12", "0.15", False),
        ("5 of 10", "6 of 10", False),
        ("1.0e-15", "1.2e-15", False),
        ("4.67e-301", "4.66e-301", True),
        ("[ 1.   2.25]", "[1.   2.24]", True),
        ("1 2", "1", False),
    ],
)
def test_outputs_are_compared_with_a_tolerance(printed, page_text, equal):
    assert shown.same(printed, page_text) == equal


def test_a_page_that_is_wrong_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n\n"
        "```python\nimport warnings\nwarnings.warn('careful', stacklevel=1)\n```\n\n"
        "```python\nraise ValueError('wrong')\n```\n\n```text\nValueError: wrong\n```\n"
    )
    outcomes = list(shown.run(page))
    complaints = [shown.complaint(page, *each) for each in outcomes]
    assert "prints\n2" in complaints[0]
    assert "shows\n3" in complaints[0]
    assert "UserWarning: careful" in complaints[1]
    assert complaints[2] is None
    page.write_text(shown.written(page))
    assert [shown.complaint(page, *each) for each in shown.run(page)] == [None] * 3


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_lead_to_files(page):
    text = page.read_text(encoding="utf-8")
    targets = LINK.findall(text) + SOURCE.findall(text)
    assert [target for target in targets if not (page.parent / target).exists()] == []


def words_of(table):
    """What does not depend on the machine: all columns but the two of times, and `n_iter_`."""
    lines = table.strip().splitlines()
    return [re.split(r"  +", line)[:5] for line in lines if line[:1] not in {"", "-"}]


def test_demonstration_prints_the_table_of_the_readme(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    demonstration.main()
    printed = capsys.readouterr()
    assert printed.err == ""
    title, table = printed.out.split("\n\n")[:2]
    if importlib.util.find_spec("matplotlib"):
        assert f"skl1-path.png, skl1-geometry.png, in {tmp_path}" in printed.out
        assert {file.name for file in tmp_path.iterdir()} == {"skl1-path.png", "skl1-geometry.png"}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```text\n(.*?)```", readme, re.DOTALL)[1]
    assert shown.split("\n\n")[0] == title
    assert [row[:4] for row in words_of(table)] == [
        row[:4] for row in words_of(shown.split("\n\n")[1])
    ]


def test_demonstration_says_what_it_compiles_at_a_terminal_and_nowhere_else(capsys, monkeypatch):
    demonstration.say_what_compiles("sweep", 0.25)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(demonstration.sys.stderr, "isatty", lambda: True, raising=False)
    demonstration.say_what_compiles("sweep", 0.25)
    assert capsys.readouterr().err == "(compiling sweep, about 0.2 s; then kept on disk)\n"


def test_demonstration_prints_rows_as_they_come(capsys, monkeypatch):
    """What is known is shown when the next fit begins."""
    data, shown = demonstration.load(), []

    def row(contender, data):
        shown.append(capsys.readouterr().out)
        return [contender.name, *"abcdefg"]

    monkeypatch.setattr(demonstration, "row_of", row)
    lineup = demonstration.contenders(data)[:3]
    demonstration.show_fits(lineup, data)
    assert [part.split()[0] for part in shown] == ["estimator", "ProximalLasso", "SubgradientLasso"]
    assert not demonstration.listeners


def test_demonstration_explains_by_its_own_numbers():
    data = demonstration.load()
    models = {type(c.model): c.model.fit(data.X, c.y) for c in demonstration.contenders(data)}
    lasso, ridge = models[skl1.ProximalLasso], models[skl1.RidgeGD]
    lp = models[skl1.NonconvexLpRegressor]
    zero = lasso.coef_ == 0.0
    assert zero.any()
    assert (abs(data.pull(lasso))[zero] < demonstration.ALPHA).all()
    assert abs(data.pull(lasso))[~zero] == pytest.approx(demonstration.ALPHA, rel=1e-2)
    assert data.pull(ridge) == pytest.approx(demonstration.RIDGE_ALPHA * ridge.coef_, abs=2e-2)
    assert (ridge.coef_ != 0.0).all()
    assert 0 < (lp.coef_ != 0.0).sum() < (~zero).sum()


#: The estimators of one model.
KINDS = [name for name in skl1.estimators.__all__ if hasattr(getattr(skl1, name), "fit")]


def test_module_runs_without_matplotlib_or_warnings(tmp_path):
    blocker = tmp_path / "matplotlib.py"
    blocker.write_text("raise ImportError('not needed')")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "skl1"],
        env=os.environ | {"PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    for name in KINDS:
        assert name in run.stdout
    assert max(map(len, run.stdout.splitlines())) <= 100


MODULES = [skl1, skl1.shrinkage, skl1.displays]
if importlib.util.find_spec("dask"):
    MODULES.append(importlib.import_module("skl1.dask"))


def public_objects():
    """Public classes and functions, and the methods that a user calls, by import path."""
    for module in MODULES:
        for name in sorted(set(module.__all__) - {"__version__"}):
            thing, path = getattr(module, name), f"{module.__name__}.{name}"
            if inspect.isfunction(thing):
                yield path
            if inspect.isclass(thing):
                yield path
                for method, function in vars(thing).items():
                    if method[0] != "_" and isinstance(function, FunctionType | classmethod):
                        yield f"{path}.{method}"


@pytest.mark.parametrize("path", list(public_objects()))
def test_docstrings_pass_numpydoc(path):
    validate = pytest.importorskip("numpydoc.validate", reason="numpydoc is a tool of the linters")
    with (ROOT / "pyproject.toml").open("rb") as file:
        left_out = set(tomllib.load(file)["tool"]["numpydoc_validation"]["checks"]) - {"all"}
    thing = attrgetter(path.removeprefix("skl1."))(skl1)
    if is_dataclass(thing) and "Moments" not in path:
        left_out.add("PR01")  # results, which functions make: their fields are attributes
    found = validate.validate(path)["errors"]
    assert [each for each in found if each[0] not in left_out] == []


@pytest.mark.parametrize("module", ["skl1", "skl1.displays", "skl1.shrinkage", "skl1.penalties"])
def test_every_public_name_is_in_the_reference(module):
    listed = re.findall(r"^   (\w+)$", (ROOT / "docs/api.md").read_text("utf-8"), re.MULTILINE)
    names = set(importlib.import_module(module).__all__)
    assert names - set(listed) <= {"__version__", "displays", "shrinkage", "METHODS"}


def test_displays_follow_the_convention():
    for name in skl1.displays.__all__:
        display = getattr(skl1.displays, name)
        assert name.endswith("Display")
        assert "ax" in inspect.signature(display.plot).parameters
        assert [method for method in vars(display) if method.startswith("from_")]


@pytest.mark.parametrize("name", [*KINDS, *skl1.model_selection.__all__])
def test_notebooks_lead_to_the_reference(name):
    """The representation of an estimator links to its page, which the reference makes."""
    page = f"https://skl1.readthedocs.io/stable/generated/skl1.{name}.html"
    cls = getattr(skl1, name)
    assert page in cls(**needed(cls))._repr_html_()


def test_the_gallery_is_large_and_titled():
    pages = sorted(ROOT.glob("docs/gallery/plot_*.py"))
    assert len(pages) >= 12
    for page in pages:
        title, rule = page.read_text("utf-8").splitlines()[1:3]
        assert rule == "=" * len(title)
