"""What the designs of a grid share: a pass takes far longer than any work on a few columns."""

from __future__ import annotations

from skl1.designs.base import Design


class RemoteDesign(Design):
    """A design whose rows are elsewhere."""

    has_rows = True
    remote = True

    def narrow(self, count):
        return False

    def entries(self, features):
        return features.size * self.n_samples

    def operator(self):
        raise ValueError(
            "First-order methods need a pass over X for each step, which no cluster does in time. "
            'ProximalLasso has solver="auto"; RidgeGD needs a penalty on each of so many features, '
            "and no constraint of signs."
        )
