/** Puts the report together. */

const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const sources = new Map(data.lines.map((line) => [`${line.file}:${line.number}`, line.text]));

function about() {
  const parts = [`config ${data.config}`, `target ${data.target}`];
  parts.push(data.seed === null ? "given inputs" : `random inputs, seed ${data.seed}`);
  if (data.lost) {
    parts.push(`${format.count(data.lost)} events were lost: the timeline has holes`);
  }
  if (data.unknown) {
    parts.push(`bytes of ${format.count(data.unknown)} transfers of rings are not known`);
  }
  at("name").textContent = data.name;
  at("about").textContent = parts.join("  ·  ");
}

function tiles() {
  const tile = (value, words) => at("tiles").append(
    element("div", { class: "tile" }, element("b", {}, value), element("span", {}, words)));
  tile(format.count(data.cycles), "cycles");
  tile(format.count(data.floor), `the least it can take: bound by ${data.bound_by}`);
  tile(format.share(data.floor / data.cycles), "of the run is that floor");
  const { tensor } = data.points;
  if (tensor) {
    tile(format.share(tensor.rate / tensor.roof), "of the Tensor engine's MACs used");
  }
  const bytes = Object.values(data.queues)
    .reduce((sum, queue) => sum + queue.read + queue.written, 0);
  tile(format.bytes(bytes), `of device memory moved, ${format.rate(bytes / data.cycles)} of `
    + `${data.bandwidth} bytes/cycle`);
}

/** What a slice or a wait is: [name, text] of each thing to say. */
function facts({ row, at: place }) {
  const [stream, pc, text, line, file] = data.instructions[row.instruction[place]];
  const [start, end] = [row.start[place], row.end[place]];
  const known = [["cycles", `${format.count(start)} to ${format.count(end)}: `
    + `${format.count(end - start)}`]];
  if (row.kind === "waits") {
    known.push(["before", `${stream} ${pc}: ${text}`]);
    const source = timeline.slices[row.releaser[place]];
    if (source) {
      const [who, where, what] = data.instructions[source.row.instruction[source.at]];
      known.push(["released by", `${who} ${where}: ${what}`]);
    }
  } else {
    known.push(["instruction", text], ["stream", `${stream}, instruction ${pc}`]);
    const [macs, elements, read, written] = data.works[row.work[place]];
    const amounts = [[macs, "MACs"], [elements, "elements"], [read, "bytes read"],
      [written, "bytes written"]].filter(([amount]) => amount);
    if (amounts.length) {
      known.push(["work", amounts.map(([amount, unit]) => `${format.count(amount)} ${unit}, `
        + `${format.rate(amount / Math.max(1, end - start))} per cycle`).join("; ")]);
    }
  }
  if (line) {
    known.push(["source", `${format.file(file)}:${line}  ${sources.get(`${file}:${line}`) ?? ""}`]);
  }
  return known;
}

function title({ row, at: place }) {
  return row.kind === "waits"
    ? `${row.label} for ${row.condition[place] || row.cause[place]}`
    : data.instructions[row.instruction[place]][2].split(" ", 1)[0];
}

function describe(found) {
  if (!found) {
    at("detail").textContent = "Point at an instruction.";
    return;
  }
  const list = element("dl");
  for (const [name, text] of facts(found)) {
    list.append(element("dt", {}, name), element("dd", {}, element("code", {}, text)));
  }
  at("detail").replaceChildren(element("b", {}, title(found)), ` on ${found.row.label}`, list);
}

function tip(found, x, y) {
  const box = at("tip");
  box.hidden = !found;
  if (found) {
    const known = facts(found);
    box.replaceChildren(element("b", {}, title(found)), element("br"),
      `${known[0][1]} cycles`, element("br"), known.at(-1)[1]);
    const room = at("stage").clientWidth - box.offsetWidth - 4;
    box.style.left = `${Math.max(0, Math.min(x + 14, room))}px`;
    box.style.top = `${y + 18}px`;
  }
}

const timeline = new Timeline(at("timeline"), data, (found, x, y) => {
  tip(found, x, y);
  if (found || !timeline.pinned) {
    describe(timeline.pinned ?? found);
  }
});

about();
tiles();
at("zoom-in").addEventListener("click", () => timeline.zoom(0.5));
at("zoom-out").addEventListener("click", () => timeline.zoom(2));
at("zoom-all").addEventListener("click", () => timeline.show(0, timeline.cycles));
at("find").addEventListener("input", (event) => timeline.find(event.target.value));

function fill() {
  const parts = { roofline, floors: floorTable, engines: engineTable, streams: streamTable,
    stalls: stallTable, lines: lineTable };
  for (const [id, make] of Object.entries(parts)) {
    at(id).replaceChildren(make(data));
  }
}
fill();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", fill);
