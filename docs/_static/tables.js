// Tables that a click on a heading sorts; a second click reverses the order.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    // "> 2 s" stands for more than 2000 ms; words and empty cells come last.
    const value = (row, column) => {
      const text = row.cells[column].textContent.trim();
      const limit = text.match(/^> ([\d.]+) s$/);
      return limit ? 1000 * Number(limit[1]) + 1 : text === "" ? NaN : Number(text);
    };
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      heading.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = heading.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows];
        const words = rows.every((row) => Number.isNaN(value(row, column)));
        const sign = down ? -1 : 1;
        rows.sort((a, b) => {
          if (words) {
            const [s, t] = [a, b].map((row) => row.cells[column].textContent);
            return sign * s.localeCompare(t, "en", { numeric: true });
          }
          const [u, v] = [value(a, column), value(b, column)];
          if (Number.isNaN(u) || Number.isNaN(v)) return Number.isNaN(u) - Number.isNaN(v);
          return sign * (u - v);
        });
        body.append(...rows);
      });
    });
  }
});
