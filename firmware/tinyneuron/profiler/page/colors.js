/** Colours: a hue for each engine, a shade of it for each opcode. */

const HUES = {
  tensor: 221, vector: 152, scalar: 32, gpsimd: 282, sync: 190, dma: 336, memory: 336, fetch: 200,
};
const SHADES = [[0, 0], [24, 6], [-20, -6], [10, 10], [-10, -12], [34, 0], [-34, 2]];
const CAUSES = ["semaphore", "order", "queue", "fetch"];

const colors = {
  /** A variable of the style sheet. */
  named: (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(),

  engine: (name) => `hsl(${HUES[name] ?? 0} 58% ${colors.named("shade")})`,

  /** Of the instructions of an engine with the same opcode, the `place`-th of its opcodes. */
  opcode(engine, place) {
    const [turn, lighter] = SHADES[place % SHADES.length];
    const lightness = parseFloat(colors.named("shade")) + lighter;
    return `hsl(${(HUES[engine] ?? 0) + turn} 56% ${lightness}%)`;
  },

  /** Of a state of a stream: waits_fetch -> that of fetch. */
  state(name) {
    const cause = name.replace("waits_", "");
    if (CAUSES.includes(cause)) {
      return colors.named(cause);
    }
    return { starts: colors.engine("vector"), prepare: colors.named("fetch") + "99" }[cause]
      ?? "transparent";
  },
};
