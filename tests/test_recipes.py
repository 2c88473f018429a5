"""Hand-over to other packages, for every estimator; docs/hand_over.md has the recipes."""

import inspect
import re
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pytest
from sklearn.feature_selection import SelectFromModel

import skl1
from common import label, needed, quiet, smaller, suited
from skl1 import FoldWarning, GridEdgeWarning

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 6))
Y = X[:, :2] @ [3.0, -2.0] + rng.standard_normal(60)

#: Every public estimator with coefficients.
CLASSES = sorted(
    (
        each
        for each in (getattr(skl1, name) for name in skl1.__all__)
        if inspect.isclass(each) and hasattr(each, "predict") and hasattr(each, "fit")
    ),
    key=label,
)
LINEAR = [cls for cls in CLASSES if not needed(cls)]


def fitted(cls):
    """An instance that has some features, and not all."""
    model = cls(**needed(cls), **smaller(cls))
    with quiet(FoldWarning, GridEdgeWarning):
        return model.fit(X, suited(cls, Y))


def test_predictions_need_no_numba(tmp_path):
    """One process without it loads them all, predicts and scores."""
    models = {cls.__name__: fitted(cls) for cls in CLASSES}
    answers = {name: (model.predict(X), model.score(X, suited(type(model), Y)))
               for name, model in models.items()}  # fmt: skip
    responses = {name: suited(type(model), Y) for name, model in models.items()}
    joblib.dump((X, models, responses, answers), tmp_path / "all.joblib")
    code = """
import sys

sys.modules["numba"] = sys.modules["llvmlite"] = None
import joblib
import numpy as np

X, models, responses, answers = joblib.load("all.joblib")
for name, model in models.items():
    predicted, score = answers[name]
    assert np.array_equal(model.predict(X), predicted), name
    assert model.score(X, responses[name]) == score, name
print(len(models))
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert int(run.stdout) == len(models)


@pytest.mark.parametrize("cls", LINEAR, ids=label)
def test_skops_trusts_the_class_alone(cls):
    io = pytest.importorskip("skops.io")
    model = fitted(cls)
    written = io.dumps(model)
    trusted = io.get_untrusted_types(data=written)
    assert trusted == [f"{cls.__module__}.{cls.__name__}"]
    again = io.loads(written, trusted=trusted)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


@pytest.mark.parametrize(
    "cls", [cls for cls in LINEAR if not hasattr(cls, "predict_proba")], ids=label
)
def test_onnx_has_the_linear_predictor(cls):
    pytest.importorskip("skl2onnx")
    runtime = pytest.importorskip("onnxruntime")
    from skl2onnx import to_onnx, update_registered_converter
    from skl2onnx.common.shape_calculator import calculate_linear_regressor_output_shapes
    from skl2onnx.operator_converters.linear_regressor import convert_sklearn_linear_regressor

    update_registered_converter(
        cls,
        f"Skl1{cls.__name__}",
        calculate_linear_regressor_output_shapes,
        convert_sklearn_linear_regressor,
    )
    model, single = fitted(cls), X.astype(np.float32)
    written = to_onnx(model, single[:1]).SerializeToString()
    session = runtime.InferenceSession(written, providers=["CPUExecutionProvider"])
    (predicted,) = session.run(None, {"X": single})
    expected = X @ model.coef_ + model.intercept_
    np.testing.assert_allclose(predicted.ravel(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "cls", [cls for cls in LINEAR if not re.search("Lasso|Ridge", cls.__name__)], ids=label
)
def test_the_threshold_is_told_where_it_is_not_that_of_a_lasso(cls):
    """Its default is a mean there: the docstring says so, and what it names keeps what is used."""
    assert "threshold=1e-10" in cls.__doc__
    model = fitted(cls)
    used = np.atleast_2d(model.coef_).any(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = SelectFromModel(model, threshold=1e-10, prefit=True).get_support()
    np.testing.assert_array_equal(kept, used)
