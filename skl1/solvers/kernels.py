"""The compiled inner loops of coordinate descent."""

from __future__ import annotations

from skl1.compiled import kernel


@kernel(exact=True)
def sweep(penalty, gram, weights, w, z, count, tolerance):
    """Cyclic coordinate descent on a Gram block: at most ``count`` sweeps.

        w_j <- prox(w_j + z_j / d_j, u_j / d_j),     z <- z - G[:, j] (change of w_j)

    Stops early once no coordinate of a sweep moves by more than ``tolerance`` in units of
    ``sqrt(d_j) |change|``. Returns the sweeps done and the coordinates changed.
    """
    k = w.size
    changes = 0
    done = 0
    for _ in range(count):
        done += 1
        largest = 0.0
        for j in range(k):
            d = gram[j, j]
            old = w[j]
            new = penalty.prox(old + z[j] / d, weights[j] / d)
            if new != old:
                move = new - old
                w[j] = new
                for i in range(k):
                    z[i] -= gram[j, i] * move
                changes += 1
                largest = max(largest, d * move * move)
        if largest <= tolerance * tolerance:
            break
    return done, changes
