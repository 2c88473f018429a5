"""The compiled inner loops of coordinate descent."""

from __future__ import annotations

from skl1.compiled import kernel


@kernel(exact=True)
def sweep(penalty, gram, weights, w, z, count):
    """Cyclic coordinate descent on a Gram block: at most ``count`` sweeps.

        w_j <- prox(w_j + z_j / d_j, u_j / d_j),     z <- z - G[:, j] (change of w_j)

    Ends early with a sweep that changes nothing. Returns the sweeps done and the coordinates
    changed.
    """
    k = w.size
    changes = 0
    done = 0
    for _ in range(count):
        done += 1
        before = changes
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
        if changes == before:
            break
    return done, changes
