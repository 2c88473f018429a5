"""How the documentation is built: ``python -m sphinx -W docs docs/_build``. It needs no network."""

import os
import re
import sys
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

import skl1

sys.path.insert(0, str(Path(__file__).parent))  # benchmark_page.py, shown_sphinx.py

project = "skl1"
author = copyright = "The skl1 developers"  # noqa: A001 (Sphinx's name)
version = release = skl1.__version__

extensions = [
    "benchmark_page",  # charts of the tables in benchmarks/README.md
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # its MathJax is copied into the site; the licence is in _static
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_codeautolink",  # names in code lead to the reference
    "sphinx_gallery.gen_gallery",
    "shown_sphinx",  # runs the pages
]
codeautolink_concat_default = True  # a name stays known in later blocks of a page
exclude_patterns = ["_build", "gallery"]
templates_path = ["_templates"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
suppress_warnings = [
    "config.cache",  # the order of the gallery is a class, which cannot be cached
    "codeautolink.match_block",  # docstrings with flags of doctest, which the site leaves out
    "codeautolink.match_name",  # scripts of the gallery, which has linked their names by itself
]

autosummary_generate = True
autodoc_typehints = "none"  # the docstrings have them, in words
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True


def clear_paper(gallery_conf, fname):
    """Draw the gallery on no paper, so that its pictures fit light and dark pages."""
    import matplotlib.pyplot as plt  # noqa: PLC0415

    plt.rcParams.update(
        {"figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none"}
    )


sphinx_gallery_conf = {
    "reset_modules": ("matplotlib", clear_paper),
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "parallel": 2,
    "capture_repr": (),
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "image_scrapers": ("matplotlib",),
    "matplotlib_animations": False,
    "download_all_examples": False,
}

html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["tables.js"]
html_search_scorer = str(Path(__file__).parent / "scorer.js")
html_favicon = "_static/logo.svg"
html_additional_pages = {"404": "404.html"}
#: Folders of the site, above which its root lies.
html_context = {"folders": ["auto_gallery", "decisions", "estimators", "generated"]}
toc_object_entries_show_parents = "hide"  # the names of methods, which fit
html_theme = "pydata_sphinx_theme"
html_title = "skl1"
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "skl1", "image_light": "_static/logo.svg", "image_dark": "_static/logo.svg"},
    "show_prev_next": True,
    "show_toc_level": 2,
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
}
#: Pages that stand for themselves: nothing is beside them.
WIDE = (
    *("index", "install", "getting_started", "why_zeros", "benchmarks", "comparison", "404"),
    *("coming_from", "story_*"),
)
html_sidebars = {page: [] for page in WIDE}

if os.environ.get("SKL1_DOCS_ONLINE"):  # links to other projects have to be downloaded
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "sklearn": ("https://scikit-learn.org/stable", None),
        "numpy": ("https://numpy.org/doc/stable", None),
    }


#: Files that readers of the repository find beside the documentation, and their pages here.
PAGES = {
    "../README.md": "index.md",
    "../benchmarks/README.md": "benchmarks.md",
    "../CHANGELOG.md": "changelog.md",
}


def to_pages(app, docname, source):
    """Let links that readers of the repository follow lead to the pages that show the files."""
    up = "../" * docname.count("/")
    for file, page in PAGES.items():
        source[0] = re.sub(rf"\]\({re.escape(up + file)}", f"]({up}{page}", source[0])
    source[0] = re.sub(r"\]\(gallery/(plot_\w+)\.py\)", r"](auto_gallery/\1.rst)", source[0])
    source[0] = source[0].replace("](gallery/)", "](auto_gallery/index.rst)")


def light_and_dark(app, doctree):
    """Show a picture that is named for light paper by day only, and its dark twin at night."""
    for light in list(doctree.findall(nodes.image)):
        if light["uri"].endswith("-light.svg"):
            dark = light.deepcopy()
            dark["uri"] = light["uri"].replace("-light.svg", "-dark.svg")
            light["classes"].append("only-light")
            dark["classes"].append("only-dark")
            light.parent.insert(light.parent.index(light) + 1, dark)


class CitationOf(Directive):
    """What to cite by a CITATION.cff: a sentence, and an entry for BibTeX."""

    required_arguments = 1

    def run(self):
        page = Path(self.state.document.current_source)
        text = (page.parent / self.arguments[0]).read_text("utf-8")
        title = re.search(r'^title: "(.*)"$', text, re.MULTILINE)[1]
        authors = " and ".join(re.findall(r'^  - name: "(.*)"$', text, re.MULTILINE))
        sentence = f"{authors}. {title}. Version {release}."
        entry = (
            f"@software{{{project},\n  author = {{{{{authors}}}}},\n  title = {{{title}}},\n"
            f"  version = {{{release}}},\n}}"
        )
        block = nodes.literal_block(entry, entry, language="bibtex")
        return [nodes.block_quote("", nodes.paragraph("", sentence)), block]


def without_links(app, what, name, obj, options, lines):
    """Take links to scikit-learn's glossary and guide out of docstrings that come from there."""
    role = r":(?:term|ref):`([^`<]*?)(?:\s*<[^>`]*>)?`"
    text = re.sub(role, r"``\1``", "\n".join(lines))
    lines[:] = text.split("\n")


def setup(app):
    """Sphinx's hook."""
    app.add_directive("citation-of", CitationOf)
    app.connect("source-read", to_pages)
    app.connect("doctree-read", light_and_dark, priority=100)  # before pictures are collected
    app.connect("autodoc-process-docstring", without_links)
