/** Draws a timeline. What is narrower than a pixel is drawn once for each pixel. */

class Drawing {
  constructor(timeline) {
    this.timeline = timeline;
    this.context = timeline.canvas.getContext("2d");
    this.forget();
  }

  /** The colours have changed. */
  forget() {
    this.fills = {}; // of each engine, by opcode
    this.opcodes = [];
    this.inks = Object.fromEntries(
      ["back", "panel", "text", "soft", "line", "grid", "accent", ...CAUSES]
        .map((name) => [name, colors.named(name)]));
  }

  draw() {
    const { timeline, context } = this;
    const { canvas, view } = timeline;
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.clientWidth, timeline.height);
    context.textBaseline = "middle";
    canvas.dataset.from = view.from;
    canvas.dataset.to = view.to;
    this.axis();
    for (const row of timeline.rows) {
      this.clipped(() => {
        context.fillStyle = this.inks.back;
        context.fillRect(LABELS, row.y, timeline.width, row.height);
        if (row.kind === "series") {
          this.series(row);
        } else {
          this.slices(row);
        }
      });
      this.label(row);
    }
    this.clipped(() => {
      this.arrows(timeline.pinned ?? timeline.hovered);
      this.frame(timeline.hovered, this.inks.text);
      this.frame(timeline.pinned, this.inks.accent);
    });
    document.getElementById("range").value =
      `cycles ${format.count(view.from)} to ${format.count(view.to)}`;
  }

  clipped(paint) {
    const { context, timeline } = this;
    context.save();
    context.beginPath();
    context.rect(LABELS, 0, timeline.width, timeline.height);
    context.clip();
    paint();
    context.restore();
  }

  axis() {
    const { context, timeline } = this;
    const { from, to } = timeline.view;
    const rough = ((to - from) / timeline.width) * 110;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = Math.max(1, power * [1, 2, 5, 10].find((factor) => factor * power >= rough));
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "left";
    for (let cycle = Math.ceil(from / step) * step; cycle <= to; cycle += step) {
      const x = Math.round(timeline.x(cycle)) + 0.5;
      context.fillStyle = this.inks.grid;
      context.fillRect(x, AXIS - 6, 1, timeline.height);
      context.fillStyle = this.inks.soft;
      const text = format.count(cycle);
      if (x + 3 + context.measureText(text).width < LABELS + timeline.width) {
        context.fillText(text, x + 3, AXIS / 2);
      }
    }
  }

  label(row) {
    const { context } = this;
    const isMain = row.kind !== "waits";
    context.font = `${isMain ? 12 : 11}px system-ui, sans-serif`;
    context.textAlign = "right";
    context.fillStyle = isMain ? this.inks.text : this.inks.soft;
    context.fillText(row.label, LABELS - 10, row.y + (row.kind === "series" ? 12 : row.height / 2),
      LABELS - 14);
    if (row.kind === "series") {
      context.fillStyle = this.inks.soft;
      context.font = "10px system-ui, sans-serif";
      context.fillText(`${format.rate(Math.max(...peak(row)))} ${row.unit}`, LABELS - 10,
        row.y + 28, LABELS - 14);
    }
  }

  fill(row, at) {
    if (row.kind === "waits") {
      return this.inks[row.cause[at]];
    }
    this.fills[row.engine] ??= new Map();
    const fills = this.fills[row.engine];
    const opcode = this.opcode(row, at);
    if (!fills.has(opcode)) {
      fills.set(opcode, colors.opcode(row.engine, fills.size));
    }
    return fills.get(opcode);
  }

  opcode(row, at) {
    const number = row.instruction[at];
    this.opcodes[number] ??= this.timeline.data.instructions[number][2].split(" ", 1)[0];
    return this.opcodes[number];
  }

  slices(row) {
    const { matches } = this.timeline;
    this.context.globalAlpha = matches !== null ? 0.15 : 1;
    this.pass(row, () => true);
    if (matches !== null) {
      this.context.globalAlpha = 1;
      this.pass(row, (at) => matches.has(row.instruction[at]));
    }
    this.context.globalAlpha = 1;
  }

  /** Draws the slices that are `wanted`. Those of a row do not overlap, so the ends ascend like the
   * starts, and what ends within a pixel that is drawn is left out. */
  pass(row, wanted) {
    const { context, timeline } = this;
    const { view } = timeline;
    let at = upper(row.end, view.from);
    at -= at > 0 ? 1 : 0;
    while (at < row.start.length && row.start[at] <= view.to) {
      if (!wanted(at)) {
        at += 1;
        continue;
      }
      const left = Math.max(timeline.x(row.start[at]), LABELS - 2);
      const right = Math.max(timeline.x(row.end[at]), left + 1);
      const gap = right - left > 4 ? 0.7 : 0;
      context.fillStyle = this.fill(row, at);
      context.fillRect(left, row.y, right - left - gap, row.height);
      if (right - left > 34) {
        this.text(row, at, left, Math.min(right, LABELS + timeline.width));
      }
      at = Math.max(at + 1, upper(row.end, timeline.cycle(Math.floor(left) + 1)));
    }
  }

  text(row, at, left, right) {
    const { context } = this;
    const isWait = row.kind === "waits";
    const text = isWait ? row.condition[at] || row.cause[at] : this.opcode(row, at);
    context.font = `${isWait ? 10 : 11}px system-ui, sans-serif`;
    const room = right - left - 8;
    const letters = Math.floor(room / 6);
    context.textAlign = "left";
    context.fillStyle = row.cause?.[at] === "semaphore" ? "#1d2330" : "#fff";
    context.fillText(text.length > letters ? `${text.slice(0, letters)}` : text, left + 4,
      row.y + row.height / 2 + 0.5);
  }

  /** The average over each pixel, so that no spike is lost and none is made. */
  series(row) {
    const { context, timeline } = this;
    const top = Math.max(...peak(row)) || 1;
    const bottom = row.y + row.height;
    context.fillStyle = this.inks.accent;
    context.globalAlpha = 0.75;
    let before = integral(row, timeline.cycle(LABELS));
    for (let x = LABELS; x < LABELS + timeline.width; x += 1) {
      const after = integral(row, timeline.cycle(x + 1));
      const value = (after - before) / (timeline.cycle(x + 1) - timeline.cycle(x));
      const height = Math.max(0, (value / top) * (row.height - 2));
      context.fillRect(x, bottom - height, 1, height);
      before = after;
    }
    context.globalAlpha = 1;
  }

  frame(found, ink) {
    if (found) {
      const { context, timeline } = this;
      const { row, at } = found;
      const left = timeline.x(row.start[at]);
      context.strokeStyle = ink;
      context.lineWidth = 2;
      context.strokeRect(left - 0.5, row.y - 0.5, Math.max(2, timeline.x(row.end[at]) - left) + 1,
        row.height + 1);
    }
  }

  /** From what released a wait to it. */
  arrows(found) {
    if (!found) {
      return;
    }
    const { timeline } = this;
    const { row, at } = found;
    if (row.kind === "waits") {
      const source = timeline.slices[row.releaser[at]];
      if (source) {
        this.arrow(source.row, source.row.end[source.at], row, row.end[at]);
      }
      return;
    }
    for (const other of timeline.rows.filter((item) => item.kind === "waits")) {
      for (let wait = other.releaser.indexOf(row.id[at]); wait >= 0;
        wait = other.releaser.indexOf(row.id[at], wait + 1)) {
        this.arrow(row, row.end[at], other, other.end[wait]);
      }
    }
  }

  arrow(fromRow, fromCycle, toRow, toCycle) {
    const { context, timeline } = this;
    const [x0, y0] = [timeline.x(fromCycle), fromRow.y + fromRow.height / 2];
    const [x1, y1] = [timeline.x(toCycle), toRow.y + toRow.height / 2];
    const side = x1 >= x0 ? 1 : -1;
    context.strokeStyle = context.fillStyle = this.inks.text;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x0, y0);
    context.bezierCurveTo(x0 + 24 * side, y0, x1 + 24 * side, y1, x1, y1);
    context.stroke();
    context.beginPath();
    context.arc(x1, y1, 3.5, 0, 7);
    context.fill();
  }
}

/** The largest value of a series, in a list. */
function peak(row) {
  row.peak ??= [row.values.reduce((most, value) => Math.max(most, value), 0)];
  return row.peak;
}
