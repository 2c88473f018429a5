"""Pages that show, for Sphinx: they are run, pictures come in, names lead to the reference."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

from docutils import nodes
from sklearn import linear_model
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

import shown
import skl1

FOLDER = "_shown"
#: Where names that a page does not import come from.
HOMES = ("skl1", "skl1.displays", "skl1.shrinkage", "skl1.penalties", "skl1.losses")
NAME = re.compile(r"[A-Za-z_][\w.]*")
logger = logging.getLogger(__name__)


def run_page(app, docname, source):
    """Run a page, compare what it shows, and put the pictures that it draws in place."""
    page = Path(app.env.doc2path(docname))
    if page.suffix != ".md" or not shown.blocks(source[0]):
        return
    folder = Path(app.srcdir, FOLDER)
    folder.mkdir(exist_ok=True)
    pictures = []
    try:
        for block, outcome in shown.run(page):
            if wrong := shown.complaint(page, block, outcome):
                logger.warning(wrong, location=(docname, block.line), type="shown")
            for figure, words in zip(outcome.figures, block.pictures, strict=False):
                stem = f"{docname.replace('/', '-')}-{len(pictures) + 1}"
                shown.save(figure, folder / stem)
                pictures.append(f"![{words}](/{FOLDER}/{stem}-light.svg)")
    except ImportError as error:
        logger.info(f"{docname} is not run: {error}")
        return
    left = iter(pictures)
    source[0] = shown.PICTURE.sub(lambda match: next(left, match[0]), source[0])


def _homes_of(page: Path) -> dict[str, str]:
    """Full names of what a page imports."""
    homes = {}
    for block in shown.blocks(page.read_text("utf-8")):
        for node in ast.walk(ast.parse(block.source)):
            if isinstance(node, ast.ImportFrom):
                homes |= {each.name: f"{node.module}.{each.name}" for each in node.names}
    # A name of two packages, such as lasso_path, is ours.
    ours = {name for name, full in homes.items() if full.startswith("skl1")}
    return {name: homes[name] for name in homes if name in ours or not hasattr(skl1, name)}


def _full_names(word: str, homes: dict[str, str]):
    """Full names that a word of a page may stand for, the likeliest first."""
    first = word.split(".", 1)[0]
    if first in homes:
        yield homes[first] + word[len(first) :]
        return
    yield word
    for home in HOMES:
        # What a page does not import, such as ElasticNet, is rather scikit-learn's than a part.
        if home != "skl1" and hasattr(linear_model, first):
            continue
        if first in importlib.import_module(home).__all__:
            yield f"{home}.{word}"


def link_names(app, doctree, docname):
    """Let names of the package lead to their pages of the reference."""
    page = Path(app.env.doc2path(docname))
    known = app.env.domains["py"].objects
    homes = _homes_of(page) if page.suffix == ".md" else {}
    for literal in list(doctree.findall(nodes.literal)):
        match = NAME.match(literal.astext())
        parents = (nodes.reference, nodes.title)
        if match is None or any(isinstance(literal.parent, each) for each in parents):
            continue
        word = match[0].removesuffix(".")
        if literal.astext()[len(word) :][:1] not in {"", "("}:
            continue
        target = next((name for name in _full_names(word, homes) if name in known), None)
        if target is None or known[target].docname == docname:
            continue
        entry = known[target]
        literal.replace_self(
            make_refnode(
                app.builder, docname, entry.docname, entry.node_id, literal.deepcopy(), target
            )
        )


def setup(app):
    """Sphinx's hook."""
    app.connect("source-read", run_page, priority=100)  # before links are turned
    app.connect("doctree-resolved", link_names)
    return {"parallel_read_safe": False}
