/// The scripts that pages share.
enum PageScript {
  /// Sorts the rows of each table by the column whose heading is pressed; pressed again, the other way round.
  static let sorting = #"""
    document.documentElement.classList.add("js");
    for (const table of document.querySelectorAll("[data-sortable]")) {
      const headings = [...table.querySelectorAll("[role=columnheader], th")];
      headings.forEach((heading, column) => {
        const button = heading.querySelector("button");
        if (!button) return;
        button.addEventListener("click", () => {
          const before = heading.getAttribute("aria-sort");
          const down = before ? before === "ascending" : heading.hasAttribute("data-down");
          for (const other of headings) other.removeAttribute("aria-sort");
          heading.setAttribute("aria-sort", down ? "descending" : "ascending");
          const rows = [...table.querySelectorAll(".row")];
          const value = row => row.children[column].dataset.v;
          const keys = new Map(rows.map(row => [row, value(row)]));
          const numeric = rows.every(row => keys.get(row) === "" || !isNaN(keys.get(row)));
          const order = (a, b) => {
            const [p, q] = [keys.get(a), keys.get(b)];
            // What has no value comes last either way.
            if (p === "" || q === "") return (p === "") - (q === "");
            const sign = numeric ? p - q : p.localeCompare(q, undefined, {numeric: true});
            return down ? -sign : sign;
          };
          rows.sort(order);
          if (rows.length) rows[0].parentNode.append(...rows);
        });
      });
    }

    """#
}
