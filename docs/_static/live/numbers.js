/* The numbers of the figure on the page "Why L1 gives zeros": what skl1.shrinkage computes, for two
 * coefficients, in the browser. tests/test_live_page.py compares the two.
 *
 * The loss is 1/2 w'Gw - c'w. Its minimum is the least-squares point z, so c = G z. The ball is
 * |w1|^q + |w2|^q <= t^q. The penalty that belongs to it is alpha / q (|w1|^q + |w2|^q), which pushes a
 * coefficient towards zero by the force alpha |w|^(q - 1).
 *
 * A classic script, not a module: browsers refuse modules in pages that are opened from a disk. */
(function (root) {
  "use strict";

  /* Share of a loss that is rounding: at a tie the corner comes first, as in skl1.shrinkage. */
  const TIE = 1e-14;
  const CORNERS = [[1, 0], [-1, 0], [0, 1], [0, -1]];
  const SIGNS = [[1, 1], [1, -1], [-1, 1], [-1, -1]];
  /* Points of each half of a side of the ball that are looked at, before the search is narrowed. */
  const LOOKS = 160;
  /* Directions between two cones of the diamond that are looked at for the share of corners. */
  const BETWEEN = 32;

  /* The curvature of two features with a correlation, whose variances are 1 and `ratio`. */
  function gram(correlation, ratio) {
    const across = correlation * Math.sqrt(ratio);
    return [[1, across], [across, ratio]];
  }

  function times(G, w) {
    return [G[0][0] * w[0] + G[0][1] * w[1], G[1][0] * w[0] + G[1][1] * w[1]];
  }

  function solve(G, c) {
    const det = G[0][0] * G[1][1] - G[0][1] * G[1][0];
    return [(G[1][1] * c[0] - G[0][1] * c[1]) / det, (G[0][0] * c[1] - G[1][0] * c[0]) / det];
  }

  function loss(G, c, w) {
    const g = times(G, w);
    return 0.5 * (w[0] * g[0] + w[1] * g[1]) - c[0] * w[0] - c[1] * w[1];
  }

  /* The force of the data at each coefficient. */
  function pulls(G, c, w) {
    const g = times(G, w);
    return [c[0] - g[0], c[1] - g[1]];
  }

  /* |w1|^q + |w2|^q; for q = 0 the number of coefficients that are not zero. */
  function size(w, q) {
    return w.reduce((sum, each) => sum + (each === 0 ? 0 : Math.pow(Math.abs(each), q)), 0);
  }

  function isInside(z, q, t) {
    return q === 0 ? size(z, 0) <= 1 : size(z, q) <= Math.pow(t, q);
  }

  /* The point of a side of the ball of radius 1 at which the coefficient `small` has the share
   * exp(s) of |w1|^q + |w2|^q. The logarithm keeps all digits of coefficients such as 1e-200. */
  function onSide(small, signs, q, s) {
    const w = [0, 0];
    w[small] = signs[small] * Math.exp(s / q);
    w[1 - small] = signs[1 - small] * Math.exp(Math.log1p(-Math.exp(s)) / q);
    return w;
  }

  /* The minima of the loss along the sides of a ball with q other than 1, its corners left out.
   *
   * Along a side the loss falls while the coefficient `small` gains more, for what its growth costs,
   * than the other one: p_s |w_s|^(1-q) > p_l |w_l|^(1-q). For q > 1 both sides of that are multiplied
   * by (|w_s| |w_l|)^(q-1), which leaves no power without bound. */
  function minimaOfSides(G, c, q, t) {
    const found = [];
    const top = Math.log(0.6); // beyond one half, so that the middle of a side is within both halves
    const depth = 740 * Math.min(1, q) + top; // below that a coefficient is smaller than any number
    for (const signs of SIGNS) {
      for (const small of [0, 1]) {
        const large = 1 - small;
        const falls = (s) => {
          const unit = onSide(small, signs, q, s);
          const p = pulls(G, c, [t * unit[0], t * unit[1]]);
          const own = p[small] * signs[small], other = p[large] * signs[large];
          const a = Math.abs(unit[small]), b = Math.abs(unit[large]);
          return q < 1
            ? own * Math.pow(a, 1 - q) - other * Math.pow(b, 1 - q)
            : own * Math.pow(b, q - 1) - other * Math.pow(a, q - 1);
        };
        let high = top, valueHigh = falls(high);
        for (let i = 1; i <= LOOKS; i++) {
          const low = top - depth * Math.pow(i / LOOKS, 3), valueLow = falls(low);
          if (valueLow > 0 && valueHigh <= 0) {
            let left = low, right = high;
            for (let k = 0; k < 100; k++) {
              const middle = 0.5 * (left + right);
              if (middle <= left || middle >= right) break;
              if (falls(middle) > 0) left = middle; else right = middle;
            }
            const unit = onSide(small, signs, q, 0.5 * (left + right));
            found.push([t * unit[0], t * unit[1]]);
          }
          high = low;
          valueHigh = valueLow;
        }
      }
    }
    // The middle of a side may have been found in both halves.
    return found.filter((w, i) => found.slice(0, i).every(
      (v) => Math.hypot(v[0] - w[0], v[1] - w[1]) > 1e-9 * t));
  }

  function lowest(G, c, points) {
    let best = null, least = Infinity;
    for (const w of points) {
      const value = loss(G, c, w);
      if (best === null || value < least) { best = w; least = value; }
    }
    return { w: best, loss: least };
  }

  /* For q = 1: no coefficient pulls harder than the one in use. */
  function cornerOfDiamond(G, c, t) {
    for (const corner of CORNERS) {
      const w = [t * corner[0], t * corner[1]], p = pulls(G, c, w), used = corner[0] === 0 ? 1 : 0;
      if (p[used] * corner[used] >= Math.abs(p[1 - used])) return w;
    }
    return null;
  }

  function onDiamond(G, c, t) {
    const corner = cornerOfDiamond(G, c, t);
    if (corner) return corner;
    const points = [];
    for (const signs of SIGNS) {
      const start = [0, signs[1] * t], along = [signs[0] * t, -signs[1] * t];
      const p = pulls(G, c, start), bend = times(G, along);
      const share = (along[0] * p[0] + along[1] * p[1]) / (along[0] * bend[0] + along[1] * bend[1]);
      if (share > 0 && share < 1) points.push([share * along[0], start[1] + share * along[1]]);
    }
    return lowest(G, c, points).w;
  }

  /* The alpha that belongs to a point on the boundary: from the larger coefficient. */
  function alphaAt(G, c, w, q) {
    const k = Math.abs(w[0]) >= Math.abs(w[1]) ? 0 : 1, p = pulls(G, c, w);
    return p[k] * Math.sign(w[k]) / Math.pow(Math.abs(w[k]), q - 1);
  }

  /* The best point of the ball with what is to be told of it.
   *
   *   w        the point
   *   inside   whether it is the least-squares point, which the ball contains
   *   corner   whether it is a corner of the ball: a coefficient is exactly zero
   *   alpha    of the penalty with the same solution (for q < 1: with the same slope there)
   *   loss     without its constant
   *   others   for q < 1 and q = 0: points that are best in their neighbourhood, but not in the ball */
  function within(G, z, q, t) {
    const c = times(G, z);
    const answer = (w, more) => Object.assign(
      { w, inside: false, corner: false, alpha: NaN, loss: loss(G, c, w), others: [] }, more);
    if (isInside(z, q, t)) return answer(z, { inside: true, alpha: 0 });
    if (q === 0) { // at most one coefficient may be used: the better of two axes
      const axes = [[c[0] / G[0][0], 0], [0, c[1] / G[1][1]]];
      const first = lowest(G, c, axes).w;
      return answer(first, { corner: true, others: axes.filter((w) => w !== first) });
    }
    const corners = CORNERS.map((corner) => [t * corner[0], t * corner[1]]);
    if (q === 1) {
      const w = onDiamond(G, c, t);
      return answer(w, { corner: w[0] === 0 || w[1] === 0, alpha: alphaAt(G, c, w, q) });
    }
    const sides = minimaOfSides(G, c, q, t);
    if (q > 1) { // the ball is convex and smooth: there is one minimum, on an axis only by accident
      const w = lowest(G, c, sides.length ? sides : corners).w;
      return answer(w, { alpha: alphaAt(G, c, w, q) });
    }
    const corner = lowest(G, c, corners), side = lowest(G, c, sides);
    const onSideBest = side.w !== null && side.loss + TIE * Math.abs(side.loss) < corner.loss;
    const w = onSideBest ? side.w : corner.w;
    // A corner pulled outwards is best in its neighbourhood, as the star has a spike there.
    const held = corners.filter((v) => pulls(G, c, v).some((p, j) => p * v[j] > 0));
    const others = [...held, ...sides].filter((v) => v !== w && alphaAt(G, c, v, q) > 0);
    return answer(w, { corner: !onSideBest, alpha: alphaAt(G, c, w, q), others });
  }

  /* The forces at a point: what the data pull by, and what the penalty holds by. At zero the latter is
   * the largest pull that it withstands. */
  function forces(G, z, q, found) {
    const pull = pulls(G, times(G, z), found.w);
    const hold = found.w.map((w) => {
      if (found.inside) return 0;
      if (w === 0) return q > 1 ? 0 : q === 1 ? found.alpha : Infinity;
      return q === 0 ? 0 : Math.sign(w) * found.alpha * Math.pow(Math.abs(w), q - 1);
    });
    return { pull, hold };
  }

  /* The radius of the ball that belongs to an alpha, for q >= 1: the one falls as the other rises. */
  function radiusOf(G, z, q, alpha) {
    const c = times(G, z);
    if (q === 1 && alpha >= Math.max(Math.abs(c[0]), Math.abs(c[1]))) return 0;
    let low = 0, high = Math.pow(size(z, q), 1 / q);
    for (let k = 0; k < 60; k++) {
      const middle = 0.5 * (low + high);
      if (within(G, z, q, middle).alpha > alpha) low = middle; else high = middle;
    }
    return 0.5 * (low + high);
  }

  /* Whether a least-squares point ends in a corner. */
  function endsInCorner(G, z, q, t) {
    if (isInside(z, q, t) || q > 1) return false;
    if (q === 0) return true;
    // A corner that is best in the diamond is best in the star, which lies within it.
    if (cornerOfDiamond(G, times(G, z), t)) return true;
    return q < 1 && within(G, z, q, t).corner;
  }

  /* The directions in which least-squares points of one length are on a side of the normal cone of a
   * corner of the diamond, in order. */
  function coneEnds(G, t, length) {
    const angles = [];
    for (const corner of CORNERS) {
      for (const sign of [1, -1]) {
        // On the side of the cone the two pulls at the corner are the same: n'z = n'corner.
        const n = times(G, [corner[0] - sign * corner[1], corner[1] - sign * corner[0]]);
        const level = t * (n[0] * corner[0] + n[1] * corner[1]) / (length * Math.hypot(n[0], n[1]));
        if (Math.abs(level) > 1) continue;
        const middle = Math.atan2(n[1], n[0]), apart = Math.acos(level);
        for (const angle of [middle - apart, middle + apart]) {
          angles.push(((angle % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI));
        }
      }
    }
    return angles.sort((a, b) => a - b);
  }

  /* The share of corners among least-squares points of one length in all directions. */
  function cornerShare(G, q, t, length) {
    if (q > 1) return 0;
    if (q === 0) return 1;
    const at = (angle) => endsInCorner(
      G, [length * Math.cos(angle), length * Math.sin(angle)], q, t);
    const ends = coneEnds(G, t, length);
    if (!ends.length) ends.push(0, Math.PI);
    // Points opposite each other have opposite solutions, so half of the directions tell all.
    const half = ends.length / 2;
    let sum = 0;
    ends.slice(0, half).forEach((start, i) => {
      const end = ends[i + 1];
      // Within a cone all end in the corner, for q < 1 too; between cones that has to be found.
      const middle = 0.5 * (start + end);
      const z = [length * Math.cos(middle), length * Math.sin(middle)];
      if (cornerOfDiamond(G, times(G, z), t)) { sum += end - start; return; }
      if (q === 1) return;
      const step = (end - start) / BETWEEN;
      let before = at(start + 1e-9 * step);
      for (let k = 0; k < BETWEEN; k++) {
        let low = start + k * step, high = low + step;
        const first = low, last = high, after = at(k + 1 < BETWEEN ? high : end - 1e-9 * step);
        if (before && after) sum += step;
        if (before !== after) {
          for (let m = 0; m < 30; m++) {
            const between = 0.5 * (low + high);
            if (at(between) === before) low = between; else high = between;
          }
          sum += before ? low - first : last - low;
        }
        before = after;
      }
    });
    return sum / Math.PI;
  }

  /* Points of the boundary of the ball, counterclockwise. */
  function boundary(q, t, count) {
    const points = [];
    for (let i = 0; i < 4 * count; i++) {
      const quarter = Math.floor(i / count), angle = (Math.PI / 2) * ((i % count) / count);
      // On a quarter the first coordinate goes from 1 to 0 and the second from 0 to 1.
      const a = i % count === 0 ? 1 : Math.pow(Math.cos(angle), 2 / q);
      const b = i % count === 0 ? 0 : Math.pow(Math.sin(angle), 2 / q);
      points.push([[a, b], [-b, a], [-a, -b], [b, -a]][quarter].map((each) => t * each));
    }
    return points;
  }

  /* The part of a convex polygon where n'z <= level. */
  function clip(polygon, n, level) {
    const kept = [];
    polygon.forEach((z, i) => {
      const last = polygon[(i + polygon.length - 1) % polygon.length];
      const here = n[0] * z[0] + n[1] * z[1] - level, there = n[0] * last[0] + n[1] * last[1] - level;
      if ((here <= 0) !== (there <= 0)) {
        const share = there / (there - here);
        kept.push([last[0] + share * (z[0] - last[0]), last[1] + share * (z[1] - last[1])]);
      }
      if (here <= 0) kept.push(z);
    });
    return kept;
  }

  /* The least-squares points in a square, from -reach to reach, that end in each corner: four convex
   * polygons. A corner k is better than a point w where z'G(w - k) <= (w'Gw - k'Gk) / 2, which is a
   * half-plane of z. For q = 1 two of them remain, the normal cone of the corner. */
  function zones(G, q, t, reach) {
    if (q > 1 || q === 0) return [];
    const square = [[-reach, -reach], [reach, -reach], [reach, reach], [-reach, reach]];
    const rivals = q === 1 ? [] : boundary(q, t, 120);
    return CORNERS.map((corner) => {
      const k = [t * corner[0], t * corner[1]], Gk = times(G, k);
      const kGk = k[0] * Gk[0] + k[1] * Gk[1];
      let polygon = square;
      if (q === 1) {
        const across = [corner[1], corner[0]];
        for (const sign of [1, -1]) {
          const n = times(G, [sign * across[0] - corner[0], sign * across[1] - corner[1]]);
          polygon = clip(polygon, n, n[0] * k[0] + n[1] * k[1]);
        }
      }
      for (const w of rivals) {
        if (w[0] === k[0] && w[1] === k[1]) continue;
        const Gw = times(G, w), n = [Gw[0] - Gk[0], Gw[1] - Gk[1]];
        polygon = clip(polygon, n, 0.5 * (w[0] * Gw[0] + w[1] * Gw[1] - kGk));
      }
      return polygon;
    });
  }

  /* The only least-squares points that give a zero for q > 1: from each corner a ray, its direction. */
  function rays(G) {
    return CORNERS.map((corner) => solve(G, corner));
  }

  /* The ellipse on which the loss is `level` above its minimum. */
  function contour(G, z, level, count) {
    // With the Cholesky factor L of G the points L^-T (cos, sin) have w'Gw = 1.
    const l11 = Math.sqrt(G[0][0]), l21 = G[0][1] / l11, l22 = Math.sqrt(G[1][1] - l21 * l21);
    const radius = Math.sqrt(2 * level);
    return Array.from({ length: count }, (_, i) => {
      const angle = (2 * Math.PI * i) / count;
      const second = Math.sin(angle) / l22, first = (Math.cos(angle) - l21 * second) / l11;
      return [z[0] + radius * first, z[1] + radius * second];
    });
  }

  /* A coefficient that feels only a penalty with alpha = 1, step by step. */
  const STEPS = {
    subgradient: (w, step) => (w === 0 ? 0 : w - step * Math.sign(w)),
    truncated: (w, step) => {
      if (w === 0) return 0;
      const next = w - step * Math.sign(w);
      return next * w < 0 ? 0 : next;
    },
    proximal: (w, step) => (Math.abs(w) <= step ? 0 : w - step * Math.sign(w)),
    squared: (w, step) => (w === 0 ? 0 : w - step * w),
  };

  function descent(kind, start, step, count) {
    const way = [start];
    for (let k = 0; k < count; k++) way.push(STEPS[kind](way[k], step));
    return way;
  }

  const api = {
    CORNERS, alphaAt, boundary, contour, cornerShare, descent, endsInCorner, forces, gram, loss, pulls,
    radiusOf, rays, solve, times, within, zones, kinds: Object.keys(STEPS),
  };
  if (typeof module !== "undefined" && module.exports) module.exports = api;
  else root.skl1Zeros = api;
})(typeof self !== "undefined" ? self : this);
