"""Products of sparse columns with each other, ``sum_i s_i x_ij x_ik``, by the shortest of ways.

By rows: the chosen columns are put in order of rows, a block of rows at a time that stays in cache,
and every two entries that share a row are multiplied: a sum of squares of row counts. By columns:
four columns at a time are spread over vectors of n numbers, which all the others then meet; that
needs no order, and is shorter for a few columns. By dense blocks: where about half of the numbers
are there, BLAS multiplies zeros in less time than the others spend on looking for them.
"""

from __future__ import annotations

import numpy as np

from skl1.compiled import kernel

#: Entries of a block of rows: 400 KB in order of rows.
BLOCK = 2**15
#: Columns that are spread over vectors of n numbers at a time.
PANEL = 4
#: What things take, in multiplications of BLAS (0.1 ns each; docs/decisions/0022 says how they were
#: measured). By rows: to put an entry in order of rows, a product of two entries, a row.
ORDERING, PRODUCT, ROW = 40.0, 8.0, 15.0
#: By columns: an entry that meets a panel, a number of a panel that is written.
MEETING, SPREADING = 17.0, 2.0
#: By dense blocks: a number, one that is not zero, a product (BLAS makes two at a time).
FILLING, PLACING, DENSE_PRODUCT = 12.0, 23.0, 0.47
#: What a call takes, by rows, by columns and by blocks; a number of the result.
CALLS, RESULT = (1.2e5, 5e4, 1.5e5), 10.0
#: A side of the tiles in which a matrix is mirrored.
TILE = 32


def costs(n, left, right, entries_left, entries_right, crowding):
    """``(by rows, by columns, by dense blocks)``, in multiplications of BLAS.

    Of ``left`` columns with ``right`` others, and of these with each other. ``crowding`` is the sum
    of squares of the row counts of all of X as a multiple of what it is for rows of equal counts;
    the rows of a few columns are taken to be as unequal.
    """
    entries = entries_left + entries_right
    meeting = entries_left + 0.5 * entries_right
    pairs = right * (left + 0.5 * right)
    products = crowding * entries_right * meeting / n + entries_right
    panels = -(-right // PANEL)
    ways = (
        ORDERING * entries + PRODUCT * products + ROW * n,
        MEETING * meeting * panels + SPREADING * (2.0 * entries_right + PANEL * n),
        FILLING * n * (left + right) + PLACING * entries + DENSE_PRODUCT * n * pairs,
    )
    return tuple(a + b + RESULT * pairs for a, b in zip(ways, CALLS, strict=True))


def cross_products(arrays, s, mean, left, right, symmetric, costs):
    """``X[:, left and right]' S X[:, right]``, less the products of means.

    A row for each of ``left``, and with ``symmetric`` one for each of ``right``.
    """
    both = np.concatenate([left, right])
    out = np.zeros((both.size if symmetric else left.size, right.size))
    if not out.size:
        return out
    kind = int(np.argmin(costs))
    work = int(costs[kind]) // 5
    if kind == 2:
        _by_blocks(arrays, s, both, left.size, symmetric, out)
    elif kind == 1:
        by_columns.sized(work)(*arrays, s, both, left.size, symmetric, out)
    else:
        indptr = arrays[2]
        entries = max(int((indptr[both + 1] - indptr[both]).sum()), 1)
        height = min(s.size, max(1, s.size * BLOCK // entries))
        by_rows.sized(work)(*arrays, s, both, left.size, symmetric, height, out)
    complete.sized(out.size)(mean[left], mean[right], left.size, symmetric, out)
    return out


def _by_blocks(arrays, s, both, count, symmetric, out):
    """By dense blocks of rows: all products of the columns of both with those from ``count``."""
    # Equal weights come last: their roots would be rounded.
    equal = bool(np.all(s == s[0]))
    root = np.ones(s.size) if equal else np.sqrt(s)
    next_ = arrays[2][both].astype(np.int64)
    height = max(1, 8 * BLOCK // both.size)
    block = np.empty((min(height, s.size), both.size))
    for first in range(0, s.size, height):
        rows = block[: s.size - first]
        rows[:] = 0.0
        # Roots on both sides: a factor on one would keep BLAS from using the symmetry.
        fill_rows.sized(4 * rows.size)(*arrays, root, both, first, next_, rows)
        right = rows[:, count:]
        if symmetric:
            out[count:] += right.T @ right
        if count:
            out[:count] += rows[:, :count].T @ right
    if equal:
        out *= s[0]


@kernel
def by_rows(data, indices, indptr, s, columns, count, symmetric, height, out):
    """Fill out, of the columns from ``count`` with each other above the diagonal, by rows.

    Places are unsigned numbers, of which none is looked at twice for being negative.
    """
    n, k = s.size, columns.size
    done, reached = np.empty(k, np.int64), np.empty(k, np.int64)
    for a in range(k):
        done[a] = indptr[columns[a]]
    start = np.empty(height + 1, np.int64)
    place, value = np.empty(0, np.uint32), np.empty(0)
    for first in range(0, n, height):
        last = min(first + height, n)
        start[:] = 0
        for a in range(k):
            q, end = done[a], indptr[columns[a] + 1]
            while q < end and indices[q] < last:
                start[indices[q] - first] += 1
                q += 1
            reached[a] = q
        total = 0
        for i in range(height):
            here = start[i]
            start[i] = total
            total += here
        if total > place.size:
            place, value = np.empty(2 * total, np.uint32), np.empty(2 * total)
        for a in range(k):
            for q in range(done[a], reached[a]):
                i = np.uintp(indices[q] - first)
                at = start[i]
                place[at], value[at] = a, data[q]
                start[i] = at + 1
            done[a] = reached[a]
        for i in range(height, 0, -1):  # each start has moved on to the next one
            start[i] = start[i - 1]
        start[0] = 0
        if count:
            multiply_across(s[first:last], start, place, value, count, symmetric, out)
        else:
            multiply_within(s[first:last], start, place, value, out)


@kernel
def multiply_within(s, start, place, value, out):
    """Add the products of every two entries of a row; of two entries at a time with all behind."""
    for i in range(s.size):
        a, end = start[i], start[i + 1]
        while a + 1 < end:
            f, g = s[i] * value[a], s[i] * value[a + 1]
            one, two = out[place[a]], out[place[a + 1]]
            one[place[a]] += f * value[a]
            for b in range(a + 1, end):
                one[place[b]] += f * value[b]
                two[place[b]] += g * value[b]
            a += 2
        if a < end:
            out[place[a], place[a]] += s[i] * value[a] * value[a]


@kernel(exact=True)
def in_order(data, indices, indptr, start, place, value):
    """The numbers of columns, and their places, in order of rows; ``start`` is that of each row."""
    start[:] = 0
    for q in range(indices.size):
        start[indices[q] + 1] += 1
    for i in range(1, start.size):
        start[i] += start[i - 1]
    for a in range(indptr.size - 1):
        for q in range(indptr[a], indptr[a + 1]):
            i = np.uintp(indices[q])
            at = start[i]
            place[at], value[at] = a, data[q]
            start[i] = at + 1
    for i in range(start.size - 1, 0, -1):  # each start has moved on to the next one
        start[i] = start[i - 1]
    start[0] = 0


@kernel
def multiply_chosen(s, start, place, value, to, count, out):
    """The products of columns at ``count`` and after with themselves, and with those before.

    ``to`` says where a column is among those chosen, or a negative number. Of products with each
    other only those above the diagonal are filled in.
    """
    old, x = np.empty(to.size, np.uint32), np.empty(to.size)
    new, y = np.empty(to.size, np.uint32), np.empty(to.size)
    for i in range(s.size):
        olds = news = 0
        for q in range(start[i], start[i + 1]):
            at = to[place[q]]
            if at >= count:
                new[news], y[news] = at, value[q]
                news += 1
            elif at >= 0:
                old[olds], x[olds] = at, value[q]
                olds += 1
        for a in range(news):
            f, row = s[i] * y[a], out[new[a] - count]
            for b in range(olds):
                row[old[b]] += f * x[b]
            for b in range(a, news):
                row[new[b]] += f * y[b]


@kernel
def multiply_across(s, start, place, value, count, symmetric, out):
    """The same where the second entry is one of a column from ``count`` on."""
    for i in range(s.size):
        end = start[i + 1]
        middle = end
        while middle > start[i] and place[middle - 1] >= count:
            middle -= 1
        if middle < end:
            for a in range(start[i], end if symmetric else middle):
                f, row = s[i] * value[a], out[place[a]]
                for b in range(max(a, middle), end):
                    row[np.uintp(place[b] - count)] += f * value[b]


@kernel(exact=True)  # reassociated sums would gather in vectors, which takes twice as long
def by_columns(data, indices, indptr, s, columns, count, symmetric, out):
    """Fill out, of the columns from ``count`` with each other above the diagonal, by panels."""
    k = columns.size
    panel = np.zeros((s.size, 4))
    for first in range(count, k, 4):
        width = min(4, k - first)
        for c in range(width):
            for q in range(indptr[columns[first + c]], indptr[columns[first + c] + 1]):
                i = np.uintp(indices[q])
                panel[i, c] = s[i] * data[q]
        for a in range(min(first + width, k) if symmetric else count):
            start, end = indptr[columns[a]], indptr[columns[a] + 1]
            x, at = data[start:end], indices[start:end]
            t = u = v = w = 0.0
            for q in range(x.size):
                met = panel[np.uintp(at[q])]
                t += x[q] * met[0]
                u += x[q] * met[1]
                v += x[q] * met[2]
                w += x[q] * met[3]
            sums = t, u, v, w
            for c in range(width):
                out[a, first - count + c] = sums[c]
        for c in range(width):
            for q in range(indptr[columns[first + c]], indptr[columns[first + c] + 1]):
                panel[np.uintp(indices[q]), c] = 0.0


@kernel
def fill_rows(data, indices, indptr, root, columns, first, done, out):
    """The entries of some rows, from ``first``, times the roots of weights; ``done`` moves on."""
    last = first + out.shape[0]
    for a in range(columns.size):
        q, end = done[a], indptr[columns[a] + 1]
        while q < end and indices[q] < last:
            out[indices[q] - first, a] = root[indices[q]] * data[q]
            q += 1
        done[a] = q


@kernel
def complete(above, below, count, symmetric, out):
    """Take the products of means from out, and mirror its square part.

    Tile by tile: a tile and its mirror image then stay in cache.
    """
    for a in range(count):
        for b in range(below.size):
            out[a, b] -= above[a] * below[b]
    if symmetric:
        square = out[count:]
        k = below.size
        for high in range(0, k, TILE):
            for wide in range(high, k, TILE):
                for a in range(high, min(high + TILE, k)):
                    for b in range(max(wide, a), min(wide + TILE, k)):
                        square[a, b] -= below[a] * below[b]
                        square[b, a] = square[a, b]
