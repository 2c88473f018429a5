"""A convex problem on a Gram matrix, solved roughly: sweeps until its duality gap is small."""

from __future__ import annotations

from skl1.compiled import kernel
from skl1.problems.certificates import gap_along


@kernel(exact=True)
def sweep_along(
    penalty, l1, gram, norms, weights, alphas, loss, target, most, W, Z, sweeps
):  # fmt: skip
    """Coordinate descent for weights times one alpha after the other.

    Row k + 1 of W and of Z becomes the point for alpha k; row 0 is the start, whose loss is given.
    It ends with a gap of at most ``target``; where ``most`` sweeps do not suffice, it gives up. The
    gap is that of these features alone, with a multiple of the residual as the dual point. A move m
    of a coefficient changes the loss by ``m (d m / 2 - z_j)``, so it is known without the rows.
    """
    p = norms.size
    one_sided = penalty.project(-1.0) == 0.0
    for k in range(alphas.size):
        alpha, w, z = alphas[k], W[k + 1], Z[k + 1]
        for j in range(p):
            w[j] = W[k, j]
            z[j] = Z[k, j]
        sweeps[k] = most
        for done in range(1, most + 1):
            for j in range(p):
                d = norms[j]
                if d > 0.0:
                    old = w[j]
                    new = penalty.prox(old + z[j] / d, alpha * weights[j] / d)
                    move = new - old
                    if move != 0.0:
                        w[j] = new
                        loss += move * (0.5 * d * move - z[j])
                        for i in range(p):
                            z[i] -= gram[j, i] * move
            charged = 0.0
            agreement = 0.0
            pulled = 0.0
            for j in range(p):
                if weights[j] > 0.0:
                    charged += alpha * weights[j] * penalty.value(w[j])
                    agreement += w[j] * z[j]
                    pull = z[j] if one_sided else abs(z[j])
                    pulled = max(pulled, pull / weights[j])
            highest = alpha * l1 / pulled if pulled > 0.0 else 1.0
            beyond = 0.0 if highest >= 1.0 else 1e300
            gap, _ = gap_along(charged, agreement, max(loss, 0.0), highest, 0.0, beyond)
            if gap <= target:
                sweeps[k] = done
                break
        if sweeps[k] == most:
            break
