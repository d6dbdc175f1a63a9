/** The tables. A click on a heading sorts; a second one turns the order round. */

const SHOWN = 25; // rows until one asks for more

/**
 * A table. `columns` are [heading, isNumber]; a cell is a text, or {value, show}: what is sorted by,
 * and what is shown, text or element.
 */
function sortable(columns, rows, bound = () => false) {
  const body = element("tbody");
  const state = { rows, all: rows.length <= SHOWN };
  const more = element("button", {}, `all ${rows.length}`);
  const refill = () => {
    body.replaceChildren(...state.rows.slice(0, state.all ? undefined : SHOWN).map((cells) =>
      element("tr", bound(cells) ? { class: "bound" } : {}, ...cells.map((cell, at) =>
        element("td", columns[at][1] ? { class: "number" } : {}, cell.show ?? String(cell))))));
    more.hidden = state.all;
  };
  more.addEventListener("click", () => { state.all = true; refill(); });
  const heads = columns.map(([heading, isNumber], at) => {
    const button = element("button", { type: "button" }, heading);
    const head = element("th", isNumber ? { class: "number" } : {}, button);
    button.addEventListener("click", () => {
      const order = head.getAttribute("aria-sort") === "descending" ? "ascending" : "descending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      state.rows = sorted(rows, at, order);
      refill();
    });
    return head;
  });
  refill();
  return element("div", { class: "scroll" },
    element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body), more);
}

function sorted(rows, at, order) {
  const value = (cells) => cells[at].value ?? cells[at];
  const compare = (a, b) => (typeof value(a) === "number"
    ? value(a) - value(b) : String(value(a)).localeCompare(String(value(b))));
  return [...rows].sort((a, b) => (order === "ascending" ? compare(a, b) : compare(b, a)));
}

const number = (value) => ({ value, show: format.count(value) });
const share = (value) => ({ value, show: format.share(value) });

/** A bar of parts of a whole, the first in front of the second. */
function meter(value, color, behind = 0) {
  const bar = (part) => element("i", {
    style: `width:${Math.min(100, 100 * part)}%;background:${color}`,
  });
  return { value, show: element("div", { class: "meter" }, bar(value), bar(behind)) };
}

function floorTable(data) {
  const rows = Object.entries(data.floors).map(([name, cycles]) => [
    name === data.bound_by ? { value: name, show: `${name} (bounds it)` } : name,
    number(cycles), share(cycles / data.cycles), meter(cycles / data.cycles, colors.engine(name)),
  ]);
  return sortable([["part"], ["cycles", true], ["of the run", true], [""]], rows,
    (cells) => cells[0].value === data.bound_by);
}

function engineTable(data) {
  const row = (name, color, busy, floor, count, bytes) => [
    name, number(busy), share(busy / data.cycles),
    floor === null ? "" : number(floor), count === null ? "" : number(count),
    bytes === null ? "" : { value: bytes, show: format.bytes(bytes) },
    meter((floor ?? 0) / data.cycles, color, busy / data.cycles),
  ];
  const engines = Object.entries(data.engines).map(([name, item]) =>
    row(name, colors.engine(name), item.busy, item.floor, item.instructions, null));
  const queues = Object.entries(data.queues).map(([name, item]) =>
    row(`DMA queue ${name}`, colors.engine("dma"), item.busy, null, item.transfers,
      item.read + item.written));
  return sortable([["engine"], ["busy", true], ["of the run", true], ["floor", true],
    ["instructions", true], ["bytes", true], [""]], [...engines, ...queues]);
}

function streamTable(data) {
  const names = [...data.states, "halted"];
  const rows = Object.entries(data.streams).map(([stream, states]) => {
    const bar = element("div", { class: "stack" }, ...names.map((state) => element("i", {
      style: `width:${(100 * states[state]) / data.cycles}%;background:${colors.state(state)}`,
      title: `${words(state)}: ${format.count(states[state])} cycles`,
    })));
    return [stream, { value: states.starts, show: bar },
      ...names.map((state) => number(states[state]))];
  });
  if (rows.length === 0) {
    return element("p", { class: "hint" }, "The counters of waiting were not read in this run.");
  }
  return sortable([["stream"], [""], ...names.map((name) => [words(name), true])], rows);
}

const words = (state) => state.replace("waits_", "waits for ");

function stallTable(data) {
  const rows = data.stalls.map((stall) =>
    [stall.who, stall.cause, number(stall.cycles), share(stall.share),
      meter(stall.share, colors.named("queue"))]);
  return sortable([["who"], ["because"], ["cycles", true], ["of the run", true], [""]], rows);
}

function lineTable(data) {
  if (data.lines.length === 0) {
    return element("p", { class: "hint" }, "The program does not say which lines it comes from.");
  }
  const total = (line) => Object.values(line.cycles).reduce((sum, cycles) => sum + cycles, 0);
  const most = Math.max(1, ...data.lines.map(total));
  const rows = data.lines.map((line) => {
    const bar = element("div", { class: "stack" },
      ...Object.entries(line.cycles).map(([engine, cycles]) => element("i", {
        style: `width:${(100 * cycles) / most}%;background:${colors.engine(engine)}`,
        title: `${engine}: ${format.count(cycles)} cycles`,
      })));
    const place = `${format.file(line.file)}:${line.number}`;
    return [{ value: place, show: element("span", { title: line.file }, place) },
      { value: line.text, show: element("code", {}, line.text) }, number(line.executed),
      number(total(line)), number(line.waited), { value: total(line), show: bar }];
  });
  return sortable([["line"], ["source"], ["instructions", true], ["engine cycles", true],
    ["waited", true], [""]], rows);
}
