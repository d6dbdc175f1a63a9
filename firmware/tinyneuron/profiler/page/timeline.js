/** The timeline: what is where, and what is visible. Drawing it stands in draw.js. */

const LABELS = 128; // width of the column of names
const AXIS = 24;
const HEIGHTS = { slices: 22, waits: 14, series: 46 };
const REACH = 4; // pixels within which a narrow slice is hit
const SHORTEST = 8; // cycles that are visible at the closest

class Timeline {
  /** `listen(found, x, y)` is called with what is under the pointer, null when nothing is. */
  constructor(canvas, data, listen) {
    this.canvas = canvas;
    this.data = data;
    this.listen = listen;
    this.cycles = Math.max(1, data.cycles, ...data.tracks.map((track) => track.end.at(-1)));
    this.rows = this.makeRows();
    this.height = this.rows.at(-1).y + this.rows.at(-1).height + AXIS;
    this.slices = this.index();
    this.hovered = null;
    this.pinned = null;
    this.matches = null;
    this.view = { from: 0, to: this.cycles };
    this.drawing = new Drawing(this);
    this.connect();
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.restyle());
    this.resize();
  }

  makeRows() {
    let y = AXIS;
    const place = (row) => {
      const made = { ...row, y, height: HEIGHTS[row.kind] };
      y += made.height + (row.kind === "series" ? 8 : 4);
      return made;
    };
    const tracks = this.data.tracks.map(place);
    const series = this.data.series.map((item) =>
      place({ ...item, kind: "series", label: item.name, sums: integrals(item) }));
    return [...tracks, ...series];
  }

  /** Where each slice is: its number -> its row and place in it. */
  index() {
    const found = [];
    for (const row of this.rows) {
      row.id?.forEach((id, at) => { found[id] = { row, at }; });
    }
    return found;
  }

  get width() { return this.canvas.clientWidth - LABELS; }

  x(cycle) {
    return LABELS + ((cycle - this.view.from) / (this.view.to - this.view.from)) * this.width;
  }

  cycle(x) {
    return this.view.from + ((x - LABELS) / this.width) * (this.view.to - this.view.from);
  }

  /** Shows [from, to), moved into the run. */
  show(from, to) {
    const span = Math.min(this.cycles, Math.max(SHORTEST, to - from));
    const middle = (from + to) / 2;
    const start = Math.min(Math.max(0, middle - span / 2), this.cycles - span);
    this.view = { from: start, to: start + span };
    this.redraw();
  }

  /** Makes what is visible `factor` times as long; `x` stays where it is. */
  zoom(factor, x = LABELS + this.width / 2) {
    const at = this.cycle(x);
    const { from, to } = this.view;
    this.show(at - (at - from) * factor, at + (to - at) * factor);
  }

  /** Moves by a part of what is visible. */
  pan(part) {
    const { from, to } = this.view;
    const by = part * (to - from);
    this.show(from + by, to + by);
  }

  /** What is at a point: {row, at}, or null. */
  hit(x, y) {
    const row = this.rows.find((item) => y >= item.y && y < item.y + item.height);
    if (!row || row.kind === "series" || x < LABELS) {
      return null;
    }
    const cycle = this.cycle(x);
    const next = upper(row.start, cycle);
    let best = null;
    for (const at of [next - 1, next]) {
      if (at >= 0 && at < row.start.length) {
        const away = Math.max(this.x(row.start[at]) - x, x - this.x(row.end[at]), 0);
        if (away <= REACH && (best === null || away < best.away)) {
          best = { row, at, away };
        }
      }
    }
    return best && { row, at: best.at };
  }

  /** Marks the instructions that contain a text (in `:85` a line of the kernel); how many. */
  find(text) {
    const wanted = text.trim().toLowerCase();
    const line = /^:\d+$/.test(wanted) ? Number(wanted.slice(1)) : null;
    this.matches = wanted === "" ? null : new Set(this.data.instructions.flatMap((item, number) =>
      (line === null ? item[2].toLowerCase().includes(wanted) : item[3] === line) ? [number] : []));
    this.redraw();
    return this.matches?.size ?? 0;
  }

  /** Where a slice is drawn, for those who want to point at it. */
  locate(id) {
    const { row, at } = this.slices[id];
    return { x: this.x((row.start[at] + row.end[at]) / 2), y: row.y + row.height / 2 };
  }

  pin(found) {
    this.pinned = found;
    this.redraw();
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    this.canvas.style.height = `${this.height}px`;
    this.canvas.width = Math.round(this.canvas.clientWidth * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.redraw();
  }

  restyle() {
    this.drawing.forget();
    this.redraw();
  }

  redraw() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = null;
      this.drawing.draw();
    });
  }

  connect() {
    const { canvas } = this;
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.onDown(event));
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    canvas.addEventListener("pointerup", (event) => this.onUp(event));
    canvas.addEventListener("pointerleave", () => this.hover(null, 0, 0));
    canvas.addEventListener("dblclick", (event) => this.onDouble(event));
    canvas.addEventListener("keydown", (event) => this.onKey(event));
  }

  onWheel(event) {
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.pan((event.deltaX || event.deltaY) / this.width);
    } else {
      this.zoom(Math.exp(Math.sign(event.deltaY) * Math.min(60, Math.abs(event.deltaY)) / 200),
        event.offsetX);
    }
  }

  onDown(event) {
    this.dragged = { x: event.offsetX, view: this.view, moved: false };
    this.canvas.setPointerCapture(event.pointerId);
  }

  onMove(event) {
    const { dragged } = this;
    if (!dragged) {
      this.hover(this.hit(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
      return;
    }
    dragged.moved ||= Math.abs(event.offsetX - dragged.x) > 3;
    if (dragged.moved) {
      const { from, to } = dragged.view;
      const by = ((dragged.x - event.offsetX) / this.width) * (to - from);
      this.canvas.classList.add("moving");
      this.show(from + by, to + by);
    }
  }

  onUp(event) {
    if (this.dragged && !this.dragged.moved) {
      this.pin(this.hit(event.offsetX, event.offsetY));
      this.listen(this.pinned ?? this.hovered, event.offsetX, event.offsetY);
    }
    this.dragged = null;
    this.canvas.classList.remove("moving");
  }

  onDouble(event) {
    const found = this.hit(event.offsetX, event.offsetY);
    if (found) {
      const from = found.row.start[found.at];
      const to = found.row.end[found.at];
      this.show(from - (to - from), to + (to - from));
    }
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const actions = {
      w: () => this.zoom(0.7), s: () => this.zoom(1 / 0.7),
      a: () => this.pan(-0.2), d: () => this.pan(0.2), 0: () => this.show(0, this.cycles),
      Escape: () => { this.pin(null); this.listen(null, 0, 0); },
    };
    Object.assign(actions, {
      ArrowUp: actions.w, ArrowDown: actions.s, ArrowLeft: actions.a, ArrowRight: actions.d,
      "+": actions.w, "-": actions.s,
    });
    if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  }

  hover(found, x, y) {
    this.hovered = found;
    this.listen(found, x, y);
    this.redraw();
  }
}

/** How many of the ascending numbers are at most `value`. */
function upper(numbers, value) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The sum of a series up to each of its cycles. */
function integrals({ cycles, values }) {
  const sums = new Float64Array(cycles.length);
  for (let i = 1; i < cycles.length; i += 1) {
    sums[i] = sums[i - 1] + values[i - 1] * (cycles[i] - cycles[i - 1]);
  }
  return sums;
}

/** The sum of a series up to any cycle. */
function integral({ cycles, values, sums }, cycle) {
  const at = upper(cycles, cycle) - 1;
  return at < 0 ? 0 : sums[at] + values[at] * (cycle - cycles[at]);
}
