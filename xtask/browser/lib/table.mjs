// Results as a table that can be taken in at a glance.

/** A table of rows by columns, filled bit by bit. */
export class Table {
  #rows = new Map();

  constructor(columns) {
    this.columns = columns;
  }

  put(row, column, value) {
    if (!this.#rows.has(row)) this.#rows.set(row, new Map());
    this.#rows.get(row).set(column, value);
  }

  toString() {
    const lines = [["page", ...this.columns]];
    for (const [row, values] of this.#rows) {
      lines.push([row, ...this.columns.map((column) => values.get(column) ?? "-")]);
    }
    const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => line[at].length)));
    return lines.map((line) =>
      line.map((cell, at) => cell.padEnd(widths[at])).join("  ").trimEnd()).join("\n");
  }
}
