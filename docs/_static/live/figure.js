/* The figure on the page "Why L1 gives zeros": it draws what numbers.js computes, as SVG. What is set
 * stands in the page's address, what is found in attributes of the figure, where the tests read it. */
(function () {
  "use strict";

  const zeros = self.skl1Zeros;
  const figure = document.getElementById("live");
  if (!figure || !zeros) return;

  const STEPS = 20;
  const REACH = 3; // the least-squares point's coordinates are at most that
  const INITIAL = { q: 1, t: 1, z1: 1.8, z2: 0.6, rho: 0.3, v: 1, j: 2, start: 5, step: 0.5 };
  const RANGES = {
    q: [0, 2], t: [0.05, 3], z1: [-REACH, REACH], z2: [-REACH, REACH], rho: [-0.97, 0.97], v: [0.1, 4],
    j: [1, 2], start: [0.1, 6], step: [0.05, 1],
  };
  const SLIDERS = ["q", "t", "z1", "z2", "rho", "v", "start", "step"];
  const state = Object.assign({}, INITIAL);
  const part = (name) => document.getElementById("live-" + name);

  /* --- what is set: the address, sliders, keys, the pointer --- */

  function put(changes) {
    for (const [key, value] of Object.entries(changes)) {
      if (!(key in RANGES) || !Number.isFinite(value)) continue;
      const [low, high] = RANGES[key];
      state[key] = Math.min(high, Math.max(low, value));
    }
  }

  function parsed(text) {
    return Object.fromEntries(
      text.split("&").map((pair) => pair.split("=")).map(([key, value]) => [key, parseFloat(value)]));
  }

  function readAddress() {
    const text = location.hash.slice(1);
    if (!text.includes("=")) return; // it is the name of a section
    put(Object.assign({}, INITIAL, parsed(text)));
  }

  let writing = 0;
  function writeAddress() {
    clearTimeout(writing);
    writing = setTimeout(() => {
      const text = Object.keys(INITIAL).map((key) => `${key}=${+state[key].toFixed(4)}`).join("&");
      try { history.replaceState(null, "", "#" + text); } catch { /* some browsers forbid it on a disk */ }
    }, 300);
  }

  function change(changes) {
    put(changes);
    render(true);
    writeAddress();
  }

  /* Go to a state by small steps, unless the reader has asked for no motion. */
  let moving = 0;
  function go(target) {
    cancelAnimationFrame(moving);
    const begin = Object.assign({}, state), keys = Object.keys(target);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { change(target); return; }
    const started = performance.now();
    const frame = (now) => {
      const share = Math.min(1, (now - started) / 400), eased = share * share * (3 - 2 * share);
      if (share === 1) { change(target); return; }
      put(Object.fromEntries(keys.map((key) => [
        key, key === "j" ? target.j : begin[key] + eased * (target[key] - begin[key])])));
      render(true);
      moving = requestAnimationFrame(frame);
    };
    moving = requestAnimationFrame(frame);
  }

  /* --- numbers as text --- */

  function shown(x) {
    if (!Number.isFinite(x)) return x > 0 ? "without bound" : "none";
    if (x === 0) return "0";
    const text = Math.abs(x) < 1e-4 ? x.toExponential(1).replace("e-", "e\u2212") : x.toPrecision(3);
    return text.replace(/^-/, "\u2212").replace(/^(\u2212?\d+\.\d*?)0+$/, "$1").replace(/\.$/, "");
  }

  const fixed = (x, digits) => x.toFixed(digits).replace(/^-/, "\u2212");
  const NAMES = ["first", "second"];

  /* --- drawing --- */

  function make(name, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  const round = (x) => Math.round(x * 100) / 100;
  const path = (points, closed) =>
    points.map((p, i) => (i ? "L" : "M") + round(p[0]) + " " + round(p[1])).join("") + (closed ? "Z" : "");

  /* The plane of the two coefficients, upwards as in a picture on paper. */
  const SIDE = 400, SCALE = (SIDE / 2 - 8) / REACH;
  const place = (w) => [SIDE / 2 + SCALE * w[0], SIDE / 2 - SCALE * w[1]];
  const polygon = (points, closed) => path(points.map(place), closed);

  const ball = part("ball"), drawing = make("g", {}), handle = make("g", {
    class: "handle", tabindex: "0", role: "slider", "aria-label": "Least-squares point, arrow keys move it",
    "aria-valuemin": -REACH, "aria-valuemax": REACH,
  });
  handle.append(make("circle", { class: "reach", r: 24 }), make("circle", { class: "ring", r: 9 }),
    make("circle", { class: "dot", r: 2.5 }));
  ball.append(drawing, handle);

  function drawAxes(target) {
    const [x, y] = place([0, 0]);
    target.append(make("path", { class: "axis", d: `M4 ${y}H${SIDE - 4}M${x} 4V${SIDE - 4}` }));
    for (const k of [-2, -1, 1, 2]) {
      const [px] = place([k, 0]), [, py] = place([0, k]);
      target.append(make("path", { class: "tick", d: `M${px} ${y - 3}v6M${x - 3} ${py}h6` }));
      target.append(make("text", { x: px, y: y + 17, "text-anchor": "middle" }, fixed(k, 0)));
      target.append(make("text", { x: x - 8, y: py + 4, "text-anchor": "end" }, fixed(k, 0)));
    }
    target.append(make("text", { x: SIDE - 6, y: y - 8, "text-anchor": "end" }, "w\u2081"));
    target.append(make("text", { x: x + 8, y: 16 }, "w\u2082"));
  }

  function drawBall(G, z, found) {
    const target = document.createDocumentFragment(), far = 2 * REACH;
    for (const zone of zeros.zones(G, state.q, state.t, far)) {
      if (zone.length) target.append(make("path", { class: "zone", d: polygon(zone, true) }));
    }
    if (state.q === 0) target.append(make("rect", { class: "zone", width: SIDE, height: SIDE }));
    if (state.q > 1) {
      zeros.rays(G).forEach((ray, i) => {
        const corner = zeros.CORNERS[i].map((each) => state.t * each);
        const long = (2 * far) / Math.hypot(ray[0], ray[1]);
        const end = [corner[0] + long * ray[0], corner[1] + long * ray[1]];
        target.append(make("path", { class: "ray", d: polygon([corner, end]) }));
      });
    }
    if (state.q === 0) {
      target.append(make("path", {
        class: "cross", d: polygon([[-far, 0], [far, 0]]) + polygon([[0, -far], [0, far]]) }));
    } else {
      target.append(make("path", {
        class: "ball", d: polygon(zeros.boundary(state.q, state.t, 120), true) }));
    }
    drawAxes(target);
    const above = found.inside ? 0 : found.loss - zeros.loss(G, zeros.times(G, z), z);
    const levels = found.inside ? [0.05, 0.2, 0.45] : [1 / 9, 4 / 9, 1, 16 / 9].map((k) => k * above);
    for (const level of levels) {
      const touching = !found.inside && level === above ? " touching" : "";
      target.append(make("path", {
        class: "contour" + touching, d: polygon(zeros.contour(G, z, level, 120), true) }));
    }
    target.append(make("path", { class: "way", d: polygon([z, found.w]) }));
    for (const w of found.others) {
      const [x, y] = place(w);
      target.append(make("circle", { class: "other", cx: round(x), cy: round(y), r: 5 }));
    }
    const [x, y] = place(found.w), [zx, zy] = place(z);
    target.append(make("circle", { class: "best", cx: round(x), cy: round(y), r: 7 }));
    drawing.replaceChildren(target);
    handle.setAttribute("transform", `translate(${round(zx)} ${round(zy)})`);
    handle.setAttribute("aria-valuenow", z[0]);
    handle.setAttribute("aria-valuetext", `first ${fixed(z[0], 2)}, second ${fixed(z[1], 2)}`);
  }

  /* A frame with axes for the two graphs: from numbers to places. */
  function frame(svg, x, y) {
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const left = 40, right = width - 10, top = 10, bottom = height - 34;
    return {
      width, height, left, right, top, bottom,
      x: (value) => left + ((value - x[0]) / (x[1] - x[0])) * (right - left),
      y: (value) => bottom - ((value - y[0]) / (y[1] - y[0])) * (bottom - top),
      clamp: (value) => Math.min(y[1], Math.max(y[0], value)),
    };
  }

  function drawFrame(target, at, xTicks, yTicks, xLabel) {
    target.append(make("path", { class: "axis", d: `M${at.left} ${at.y(0)}H${at.right}M${at.left} ${at.top}V${at.bottom}` }));
    for (const k of xTicks) {
      target.append(make("path", { class: "tick", d: `M${at.x(k)} ${at.bottom}v4` }));
      target.append(make("text", { x: at.x(k), y: at.bottom + 16, "text-anchor": "middle" }, fixed(k, 0)));
    }
    for (const k of yTicks) {
      target.append(make("path", { class: "tick", d: `M${at.left - 4} ${at.y(k)}h4` }));
      target.append(make("text", { x: at.left - 7, y: at.y(k) + 4, "text-anchor": "end" }, String(k).replace("-", "\u2212")));
    }
    target.append(make("text", {
      x: (at.left + at.right) / 2, y: at.height - 4, "text-anchor": "middle" }, xLabel));
  }

  function drawForces(G, z, found, force) {
    const svg = part("forces"), j = state.j - 1, w = found.w[j], alpha = Number.isFinite(found.alpha) ? found.alpha : 0;
    const atZero = force.pull[j] + G[j][j] * w; // the pull if this coefficient were zero
    const need = Math.max(Math.abs(atZero), 1.2 * alpha, 0.4);
    const top = [0.5, 1, 2, 4, 8, 16, 32].find((each) => each >= need) || need;
    const at = frame(svg, [-REACH, REACH], [-top, top]);
    const target = document.createDocumentFragment();
    drawFrame(target, at, [-3, -2, -1, 0, 1, 2, 3], [-top, -top / 2, 0, top / 2, top],
      `the ${NAMES[j]} coefficient`);
    const window = make("clipPath", { id: "live-window" });
    window.append(make("rect", {
      x: at.left, y: at.top, width: at.right - at.left, height: at.bottom - at.top }));
    target.append(window);
    const line = (kind, points) => target.append(make("path", {
      class: "line " + kind, "clip-path": "url(#live-window)",
      d: path(points.map(([a, b]) => [at.x(a), at.y(b)])) }));
    const both = (value) => {
      const grid = Array.from({ length: 121 }, (_, i) => REACH * Math.pow(i / 120, 2)).slice(1);
      return [...grid.slice().reverse().map((a) => [-a, -value(a)]), [0, -value(0)], [0, value(0)],
        ...grid.map((a) => [a, value(a)])];
    };
    if (alpha > 0) {
      line("l1", both(() => alpha));
      line("l2", both((a) => alpha * a));
    }
    const q = state.q;
    const beyond = 9 * top; // a force without bound, as far as the frame shows it
    line("hold", both((a) => found.inside ? 0
      : a === 0 ? (q > 1 ? 0 : q === 1 ? alpha : beyond)
        : q === 0 ? 0 : Math.min(beyond, alpha * Math.pow(a, q - 1))));
    const ends = [-top, top].map((force) => (atZero - force) / G[j][j]).map((a) => Math.min(REACH, Math.max(-REACH, a)));
    line("pull", ends.sort((a, b) => a - b).map((a) => [a, atZero - G[j][j] * a]));
    target.append(make("path", { class: "axis", d: `M${at.x(0)} ${at.top}V${at.bottom}` }));
    target.append(make("circle", { class: "rest", cx: round(at.x(w)), cy: round(at.y(at.clamp(force.pull[j]))), r: 5.5 }));
    svg.replaceChildren(target);
  }

  function drawDescents(ways) {
    const svg = part("descent"), at = frame(svg, [0, STEPS], [-1, 6.2]);
    const target = document.createDocumentFragment();
    drawFrame(target, at, [0, 5, 10, 15, 20], [-1, 0, 1, 2, 3, 4, 5, 6], "steps");
    target.append(make("path", { class: "ten", d: `M${at.x(10)} ${at.top}V${at.bottom}` }));
    for (const kind of ["truncated", "squared", "proximal", "subgradient"]) {
      const points = ways[kind].map((w, k) => [at.x(k), at.y(at.clamp(w))]);
      target.append(make("path", { class: "line " + kind, d: path(points) }));
      if (kind === "subgradient" || kind === "squared") {
        for (const [x, y] of points) {
          target.append(make("circle", { class: "mark-" + kind, cx: round(x), cy: round(y), r: 2.6 }));
        }
      }
    }
    svg.replaceChildren(target);
  }

  /* --- what is told --- */

  function summary(found) {
    const w = found.w, point = `(${shown(w[0])}, ${shown(w[1])})`;
    const none = [0, 1].filter((j) => w[j] === 0).map((j) => NAMES[j]);
    if (found.inside) return "The least-squares point lies in the ball, and nothing is shrunk.";
    if (state.q === 0) {
      return `At most one coefficient may be used. The best such point is ${point}: the ${none.join(" and the ")} ` +
        "coefficient is exactly zero. The radius does not matter.";
    }
    if (found.corner) {
      return `The ellipse touches the ball in a corner, ${point}: the ${none[0]} coefficient is exactly zero.`;
    }
    const least = Math.min(Math.abs(w[0]), Math.abs(w[1]));
    const rest = none.length ? `Here the ${none[0]} coefficient is zero by accident: next to this point it is not.`
      : least < 0.001 ? "One coefficient is tiny, and still not zero." : "No coefficient is zero.";
    return `The ellipse touches the ball at ${point}. ${rest}`;
  }

  function balanceText(found, force) {
    const j = state.j - 1, name = NAMES[j], w = found.w[j];
    const pull = shown(Math.abs(force.pull[j])), hold = shown(Math.abs(force.hold[j]));
    if (found.inside) return `The penalty is not needed: both forces on the ${name} coefficient are zero.`;
    if (w !== 0) {
      return `The ${name} coefficient rests at ${shown(w)}, where the data pull by ${pull} and the penalty ` +
        `holds by ${hold}.`;
    }
    if (state.q > 1) return `The ${name} coefficient is zero, as the data happen not to pull at it.`;
    const most = state.q === 1 ? `up to ${hold}` : "any pull";
    return `The ${name} coefficient stays at zero: the data pull by ${pull}, and there the penalty withstands ${most}.`;
  }

  function shareText(share) {
    const length = Math.hypot(state.z1, state.z2);
    const start = `Of least-squares points in all directions at this distance, ${fixed(length, 2)} from the middle, `;
    if (state.q > 1) return start + "none ends in a zero, but for the dashed lines, which are too thin to hit.";
    if (state.q === 0) return start + "all end on an axis.";
    return start + `${fixed(100 * share, 1)} % end in a corner.`;
  }

  let sharing = 0, speaking = 0;
  function tellShare(G) {
    const share = zeros.cornerShare(G, state.q, state.t, Math.hypot(state.z1, state.z2));
    figure.dataset.share = share;
    part("share").textContent = shareText(share);
  }

  function render(soon) {
    const G = zeros.gram(state.rho, state.v), z = [state.z1, state.z2], q = state.q;
    const found = zeros.within(G, z, q, state.t), force = zeros.forces(G, z, q, found);
    const ways = Object.fromEntries(
      zeros.kinds.map((kind) => [kind, zeros.descent(kind, state.start, state.step, STEPS)]));
    for (const name of SLIDERS) {
      const input = part(name);
      input.value = state[name];
      input.nextElementSibling.textContent = fixed(state[name], 2);
    }
    part("t").disabled = q === 0;
    const alpha = part("alpha");
    alpha.disabled = q < 1;
    alpha.value = Number.isFinite(found.alpha) ? found.alpha : 0;
    alpha.nextElementSibling.textContent = q < 1 ? "\u2013" : shown(found.alpha);
    for (const input of figure.querySelectorAll("[name=live-j]")) input.checked = +input.value === state.j;
    part("key-zone").classList.toggle("live-key-ray", q > 1);
    part("legend-others").hidden = found.others.length === 0;

    drawBall(G, z, found);
    drawForces(G, z, found, force);
    drawDescents(ways);
    part("summary").textContent = summary(found);
    part("balance").textContent = balanceText(found, force);
    for (const row of figure.querySelectorAll("[data-kind]")) {
      const way = ways[row.dataset.kind];
      [10, 20].forEach((k, i) => { row.querySelectorAll("td")[i].textContent = shown(way[k]); });
    }
    // The share takes a while for q < 1, so it waits for a pause.
    clearTimeout(sharing);
    if (soon && q < 1 && q > 0) sharing = setTimeout(() => tellShare(G), 150); else tellShare(G);
    clearTimeout(speaking);
    speaking = setTimeout(() => { part("spoken").textContent = part("summary").textContent; }, 600);

    Object.assign(figure.dataset, {
      w: JSON.stringify(found.w), corner: found.corner, inside: found.inside, alpha: found.alpha,
      pull: JSON.stringify(force.pull), hold: JSON.stringify(force.hold.map(String)),
      others: found.others.length, descents: JSON.stringify(ways),
    });
  }

  /* --- events --- */

  for (const name of SLIDERS) {
    part(name).addEventListener("input", (event) => change({ [name]: event.target.valueAsNumber }));
  }
  part("alpha").addEventListener("input", (event) => {
    const G = zeros.gram(state.rho, state.v);
    change({ t: zeros.radiusOf(G, [state.z1, state.z2], state.q, event.target.valueAsNumber) });
  });
  for (const input of figure.querySelectorAll("[name=live-j]")) {
    input.addEventListener("change", () => change({ j: +input.value }));
  }
  for (const button of figure.querySelectorAll("[data-state]")) {
    button.addEventListener("click", () => go(parsed(button.dataset.state)));
  }

  const snapped = (x) => Math.round(x * 100) / 100;
  function follow(event) {
    const box = ball.getBoundingClientRect(), scale = SIDE / box.width;
    change({
      z1: snapped(((event.clientX - box.left) * scale - SIDE / 2) / SCALE),
      z2: snapped((SIDE / 2 - (event.clientY - box.top) * scale) / SCALE),
    });
  }
  let dragging = null;
  ball.addEventListener("pointerdown", (event) => {
    // A finger beside the point scrolls the page; a mouse brings the point to where it is.
    if (event.button !== 0 || (event.pointerType !== "mouse" && !handle.contains(event.target))) return;
    dragging = event.pointerId;
    try { ball.setPointerCapture(dragging); } catch { /* the pointer may be gone by now */ }
    handle.focus({ preventScroll: true });
    event.preventDefault();
    follow(event);
  });
  ball.addEventListener("pointermove", (event) => { if (event.pointerId === dragging) follow(event); });
  for (const end of ["pointerup", "pointercancel"]) {
    ball.addEventListener(end, (event) => { if (event.pointerId === dragging) dragging = null; });
  }
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  handle.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    const by = event.shiftKey ? 0.5 : 0.05;
    event.preventDefault();
    change({ z1: snapped(state.z1 + by * arrow[0]), z2: snapped(state.z2 + by * arrow[1]) });
  });
  addEventListener("hashchange", () => { readAddress(); render(false); });

  figure.hidden = false;
  readAddress();
  render(false);
})();
