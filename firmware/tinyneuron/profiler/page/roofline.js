/** The roofline plot: operations per cycle over operations per byte of device memory. */

const PLOT = { width: 560, height: 380, left: 52, right: 16, top: 14, bottom: 42 };

/** A logarithmic axis from `low` to `high` onto pixels; both ends at powers of ten. */
function logarithmic(low, high, from, to) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const span = Math.max(1, last - first);
  const scale = (value) => from + ((Math.log10(value) - first) / span) * (to - from);
  scale.ticks = Array.from({ length: span + 1 }, (_, step) => 10 ** (first + step));
  return scale;
}

function roofline(data) {
  const points = Object.entries(data.points);
  if (points.length === 0) {
    return element("p", { class: "hint" }, "No engine computed anything.");
  }
  const all = points.map(([, point]) => point);
  const ridges = all.map((point) => point.roof / data.bandwidth);
  const intensities = all.map((point) => point.intensity).filter((value) => value !== null);
  const known = [...ridges, ...intensities];
  const x = logarithmic(Math.min(...known) / 2, Math.max(...known) * 4,
    PLOT.left, PLOT.width - PLOT.right);
  const rates = all.flatMap((point) => [point.rate, point.busy_rate, point.roof]);
  const y = logarithmic(Math.min(...rates) / 1.5, Math.max(...rates) * 1.3,
    PLOT.height - PLOT.bottom, PLOT.top);
  const svg = shape("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, role: "img" },
    shape("title", {}, "Roofline plot"), ...grid(x, y), ...memoryRoof(data, x, y, all));
  let lastLabel = -100;
  for (const [name, point] of points.sort(([, a], [, b]) => b.roof - a.roof)) {
    lastLabel = Math.max(y(point.roof) - 6, lastLabel + 14);
    svg.append(...engineRoof(data, x, y, name, point, lastLabel), ...dots(x, y, name, point));
  }
  return element("div", {}, svg, legend(points));
}

function grid(x, y) {
  const [bottom, right] = [PLOT.height - PLOT.bottom, PLOT.width - PLOT.right];
  const text = (at, down, anchor, words) =>
    shape("text", { x: at, y: down, "text-anchor": anchor }, words);
  return [
    ...x.ticks.map((tick) => shape("line", {
      class: "grid", x1: x(tick), x2: x(tick), y1: PLOT.top, y2: bottom,
    })),
    ...y.ticks.map((tick) => shape("line", {
      class: "grid", y1: y(tick), y2: y(tick), x1: PLOT.left, x2: right,
    })),
    ...x.ticks.map((tick) => text(x(tick), bottom + 16, "middle", String(tick))),
    ...y.ticks.map((tick) => text(PLOT.left - 6, y(tick) + 4, "end", String(tick))),
    text((PLOT.left + right) / 2, PLOT.height - 6, "middle", "operations / byte of device memory"),
    shape("text", { transform: `translate(13 ${(PLOT.top + bottom) / 2}) rotate(-90)`,
      "text-anchor": "middle" }, "operations / cycle"),
  ];
}

/** The slope: what device memory can feed. */
function memoryRoof(data, x, y, points) {
  const highest = Math.max(...points.map((point) => point.roof));
  const low = Math.max(x.ticks[0], y.ticks[0] / data.bandwidth);
  const high = highest / data.bandwidth;
  const middle = low ** 0.2 * high ** 0.8;
  return [
    shape("path", { class: "memory",
      d: `M${x(low)} ${y(low * data.bandwidth)}L${x(high)} ${y(highest)}` }),
    shape("text", { x: x(middle) - 8, y: y(middle * data.bandwidth) - 4, "text-anchor": "end" },
      `${data.bandwidth} bytes/cycle`),
  ];
}

function engineRoof(data, x, y, name, point, labelled) {
  const [left, right] = [x(point.roof / data.bandwidth), PLOT.width - PLOT.right];
  return [
    shape("line", { x1: left, x2: right, y1: y(point.roof), y2: y(point.roof),
      stroke: colors.engine(name), "stroke-width": 2 }),
    shape("text", { x: right, y: labelled, "text-anchor": "end" },
      `${name}: ${format.rate(point.roof)} ${point.unit}/cycle`),
  ];
}

/** Filled: over the whole run; hollow: in the cycles in which the engine was busy. */
function dots(x, y, name, point) {
  const at = point.intensity === null ? PLOT.width - PLOT.right - 8 : x(point.intensity);
  const color = colors.engine(name);
  const words = `${name}: ${format.rate(point.rate)} ${point.unit}/cycle, while busy `
    + format.rate(point.busy_rate);
  return [
    shape("line", { x1: at, x2: at, y1: y(point.rate), y2: y(point.busy_rate), stroke: color,
      "stroke-dasharray": "3 3" }),
    shape("circle", { cx: at, cy: y(point.busy_rate), r: 5, fill: "var(--panel)", stroke: color,
      "stroke-width": 2 }),
    shape("circle", { class: "point", cx: at, cy: y(point.rate), r: 6, fill: color },
      shape("title", {}, words)),
  ];
}

function legend(points) {
  const made = element("div", { class: "legend" });
  for (const [name, point] of points) {
    const share = format.share(point.rate / point.roof);
    made.append(element("span", {},
      element("i", { style: `background:${colors.engine(name)}` }),
      `${name} ${format.rate(point.rate)} ${point.unit}/cycle, ${share} of its roof`));
  }
  made.append(element("span", {}, "filled: whole run; hollow: while the engine is busy"));
  return made;
}
