"""
Coefficients of a classifier, and what they are worth
=====================================================

Logistic regression with an L1 penalty: is a tumour benign? Thirty measurements of 569 of them are
in the data. At the left one of them is just in the model, and all tumours have nearly the same
probability. Features enter as the penalty weakens (above). The mean deviance of the training data
falls all the way; that of held-out folds rises again where the model fits the noise (below). Each
fit is within its duality gap of the best one: at most a millionth of the empty model's objective.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skl1 import ProximalLogisticRegression
from skl1.displays import CoefficientPathDisplay
from skl1.displays.style import COLOURS

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
Z = StandardScaler().set_output(transform="pandas").fit_transform(X)

# The largest alpha at which a feature is in the model: the largest pull of the data at zero.
alpha_max = np.abs(Z.T @ (y - y.mean())).max() / len(y)
alphas = alpha_max * np.geomspace(0.99, 7e-4, 40)
models = [ProximalLogisticRegression(alpha).fit(Z, y) for alpha in alphas]
coefs = np.column_stack([model.coef_[0] for model in models])

folds = StratifiedKFold(10, shuffle=True, random_state=0)
training, held_out = [], []
for model in models:
    pipeline = make_pipeline(StandardScaler(), model)
    predicted = cross_val_predict(pipeline, X, y, cv=folds, method="predict_proba")
    training.append(2 * log_loss(y, model.predict_proba(Z)))
    held_out.append(2 * log_loss(y, predicted))
best = np.argmin(held_out)

_, (above, below) = plt.subplots(
    2, sharex=True, figsize=(7.4, 7.6), height_ratios=(3, 2), layout="constrained"
)
CoefficientPathDisplay(
    alphas, coefs, feature_names=X.columns, chosen={"least held-out deviance": alphas[best]}
).plot(above, max_labels=8)
below.plot(alphas, training, color=COLOURS[0], label="training")
below.plot(alphas, held_out, color=COLOURS[1], label="held out")
below.axvline(alphas[best], color="#888888", linestyle="--")
below.set(xlabel=above.get_xlabel(), ylabel="mean deviance", ylim=(0, None))
below.legend(frameon=False)
above.set_xlabel("")
print(f"{np.count_nonzero(coefs[:, best])} of {X.shape[1]} features at alpha = {alphas[best]:.4f}")
print(f"largest duality gap: {max(model.dual_gap_[0] for model in models):.1e}")
