"""Pickles say by which version they were made; one of another version warns when it is loaded."""

import copy
import pickle
import re
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from joblib import dump, load
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl1
from common import public_estimators, quiet, run
from skl1 import Moments, VersionWarning
from skl1.compiled import versions
from skl1.compiled.versions import STAMP, Versioned
from skl1.exceptions import FoldWarning, GridEdgeWarning

pytest.importorskip("dask.array")

CITATION = Path(__file__).resolve().parents[1] / "CITATION.cff"
X = np.random.default_rng(0).standard_normal((40, 4))
Y = X[:, 0] + 0.1 * np.random.default_rng(1).standard_normal(40)


MODELS = {
    f"{'dask.' * remote}{type(estimator).__name__}": (estimator, remote)
    for estimator, remote in public_estimators()
}
RESULTS = {
    "Moments": lambda: Moments.of(X, Y),
    "LassoPath": lambda: skl1.lasso_path(X, Y, n_alphas=3, return_path=True),
    "LpPath": lambda: skl1.lp_path(X, Y, n_alphas=3, return_path=True),
    "RidgePath": lambda: skl1.ridge_path(X, Y, n_alphas=3, return_path=True),
    "SubsetPath": lambda: skl1.subset_path(X, Y, k=2, return_path=True),
    "DebiasedCoefficients": lambda: skl1.debiased_lasso(X, Y),
}


@pytest.fixture(scope="module", params=[*MODELS, *RESULTS])
def thing(request):
    """Each public estimator, fitted, and each other thing that users keep."""
    with quiet(FoldWarning, GridEdgeWarning):
        if request.param in RESULTS:
            return RESULTS[request.param]()
        estimator, remote = MODELS[request.param]
        return run(estimator, "fit", X, Y, remote=remote)


def same(one, other):
    """Whether two objects have the same attributes."""
    assert vars(one).keys() == vars(other).keys()
    for name, value in vars(one).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_equal(getattr(other, name), value)


def test_the_same_version_says_nothing(thing):
    for copied in (pickle.loads(pickle.dumps(thing)), copy.copy(thing), copy.deepcopy(thing)):
        same(copied, thing)


def test_another_version_warns_with_both(thing, monkeypatch):
    """Once, at the line that loads; the object is what it was, and what it pickles is new."""
    with monkeypatch.context() as older:
        older.setattr(versions, "__version__", "0.1.7")
        content = pickle.dumps(thing)
    with pytest.warns(VersionWarning) as caught:
        loaded = pickle.loads(content)
    own = [each for each in caught if f"This {type(thing).__name__} was" in str(each.message)]
    assert len(own) == 1
    assert f"by skl1 0.1.7 and is loaded by skl1 {skl1.__version__}" in str(own[0].message)
    assert own[0].filename == __file__
    same(loaded, thing)
    pickle.loads(pickle.dumps(loaded))


def test_a_pickle_without_a_version_is_old(thing):
    """Those of 0.1.0 hold the attributes alone."""
    state = dict(vars(thing))
    blank = object.__new__(type(thing))
    with pytest.warns(VersionWarning, match=r"by skl1 0\.1\.0 or older and is loaded by"):
        blank.__setstate__(state)
    same(blank, thing)
    assert STAMP not in vars(blank)


def test_files_of_joblib(tmp_path, monkeypatch):
    """They warn at the user's line too, and inside a pipeline."""
    model = make_pipeline(StandardScaler(), skl1.ProximalLasso(0.1)).fit(X, Y)
    with monkeypatch.context() as older:
        older.setattr(versions, "__version__", "0.1.7")
        dump(model, tmp_path / "model")
    with pytest.warns(VersionWarning, match="ProximalLasso was pickled by skl1 0.1.7") as caught:
        loaded = load(tmp_path / "model")
    assert [each.filename for each in caught] == [__file__]
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_own_classes_of_users():
    """What is derived from an estimator of skl1 warns too, and keeps attributes of its own."""
    model = Derived(0.1, note="of May").fit(X, Y)
    assert pickle.loads(pickle.dumps(model)).note == "of May"
    assert clone(model).note == "of May"
    state = model.__getstate__()
    assert state.pop(STAMP) == skl1.__version__
    with pytest.warns(VersionWarning, match="This Derived"):
        object.__new__(Derived).__setstate__(state)


class Derived(skl1.ProximalLasso):
    """An estimator of a user's."""

    def __init__(self, alpha=1.0, *, note=""):
        super().__init__(alpha)
        self.note = note


def test_everything_that_is_kept_is_versioned():
    """Every public class whose instances hold results, and there is an example of it above."""
    for name in skl1.__all__:
        cls = getattr(skl1, name)
        if isinstance(cls, type) and not issubclass(cls, Warning):
            assert issubclass(cls, Versioned), name
            assert name in {*MODELS, *RESULTS}


@pytest.mark.skipif(not CITATION.exists(), reason="the tests stand alone")
def test_the_version_has_one_home():
    """It is skl1.compiled.versions; what is installed and what is cited say the same."""
    assert metadata.version("skl1") == skl1.__version__
    (cited,) = re.findall(r"^version: (.*)$", CITATION.read_text("utf-8"), re.MULTILINE)
    assert cited == skl1.__version__
    changes = CITATION.with_name("CHANGELOG.md").read_text("utf-8")
    latest = re.search(r"^## ([\d.]+)", changes, re.MULTILINE)[1]
    assert skl1.__version__.split(".dev")[0] == latest
