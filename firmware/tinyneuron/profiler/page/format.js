"use strict";

/** Numbers and elements, as the report shows them. */

const format = {
  /** 12345 -> 12,345 */
  count: (value) => Math.round(value).toLocaleString("en-US"),

  /** A rate with three digits that count. */
  rate: (value) => (value >= 1000 ? format.count(value) : String(Number(value.toPrecision(3)))),

  share: (value) => `${(100 * value).toFixed(1)} %`,

  bytes(value) {
    const units = ["B", "KiB", "MiB", "GiB"];
    let unit = 0;
    while (value >= 10240 && unit < units.length - 1) {
      value /= 1024;
      unit += 1;
    }
    return `${unit ? format.rate(value) : format.count(value)} ${units[unit]}`;
  },

  /** The name of a file without its folders. */
  file: (path) => path.split(/[\\/]/).pop(),
};

/** An element with attributes and children; text is text, never markup. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** The same for drawings. */
function shape(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
