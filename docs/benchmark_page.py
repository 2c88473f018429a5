"""The page of benchmarks in Sphinx: its charts are drawn, and its tables sort and fold."""

from __future__ import annotations

import re
from html import escape

from docutils import nodes

from benchmark_charts import draw_charts, tables_of_text


def html_table(rows: list[dict[str, str]], caption: str) -> str:
    """A table whose headings are buttons that sort it, folded until it is wanted."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    last = ["best peer", "ratio", "time/floor", "our gap"]
    header = [name for name in header if name not in last] + [n for n in last if n in header]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(row.get(name, ''))}</td>" for name in header) + "</tr>"
        for row in rows
    )
    return (
        f'<details class="folded"><summary>{escape(caption)}</summary>\n'
        '<div class="wide" tabindex="0"><table class="table sortable">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div></details>"
    )


def fold_tables(app, doctree) -> None:
    """Put tables that sort and fold in the place of those in plain text."""
    if app.env.docname != "benchmarks":
        return
    for block in list(doctree.findall(nodes.literal_block)):
        text = block.astext()
        if re.match(r"problem\s+.*\bgap\b", text):
            rows = tables_of_text(text)
            caption = f"All {len(rows)} rows, in milliseconds; a click on a heading sorts"
            block.replace_self(nodes.raw("", html_table(rows, caption), format="html"))


def setup(app):
    """Sphinx's hook."""
    app.connect("builder-inited", draw_charts)
    app.connect("doctree-read", fold_tables)
    return {"parallel_read_safe": True}
