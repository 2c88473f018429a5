"""Estimators that choose the strength of their penalty."""

from skl1.model_selection.huber_cv import ProximalHuberRegressorCV
from skl1.model_selection.lasso_cv import ProximalLassoCV
from skl1.model_selection.log_sum_classifier_cv import LogSumClassifierCV
from skl1.model_selection.log_sum_cv import LogSumRegressorCV
from skl1.model_selection.logistic_cv import ProximalLogisticRegressionCV
from skl1.model_selection.lp_classifier_cv import NonconvexLpClassifierCV
from skl1.model_selection.lp_cv import NonconvexLpRegressorCV
from skl1.model_selection.mcp_classifier_cv import MCPClassifierCV
from skl1.model_selection.mcp_cv import MCPRegressorCV
from skl1.model_selection.path_search import PathGridSearchCV
from skl1.model_selection.poisson_cv import ProximalPoissonRegressorCV
from skl1.model_selection.ridge_cv import RidgeGDCV
from skl1.model_selection.scad_classifier_cv import SCADClassifierCV
from skl1.model_selection.scad_cv import SCADRegressorCV
from skl1.model_selection.subgradient_cv import SubgradientLassoCV
from skl1.model_selection.subset_cv import BestSubsetRegressorCV

__all__ = [
    "BestSubsetRegressorCV",
    "LogSumClassifierCV",
    "LogSumRegressorCV",
    "MCPClassifierCV",
    "MCPRegressorCV",
    "NonconvexLpClassifierCV",
    "NonconvexLpRegressorCV",
    "PathGridSearchCV",
    "ProximalHuberRegressorCV",
    "ProximalLassoCV",
    "ProximalLogisticRegressionCV",
    "ProximalPoissonRegressorCV",
    "RidgeGDCV",
    "SCADClassifierCV",
    "SCADRegressorCV",
    "SubgradientLassoCV",
]
