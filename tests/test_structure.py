"""The house rules: imports run downwards only, and a file is one noun of moderate length."""

import ast
import importlib.util
import io
import re
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(importlib.util.find_spec("skl1").origin).parent
#: From low to high. A module may import from its own layer and from the ones before it.
LAYERS = [
    {"exceptions", "sklearn_api", "compiled", "results"},
    {"losses", "penalties", "designs"},
    {"problems"},
    {"solvers"},
    {"paths"},
    {"search"},
    {"estimators", "shrinkage"},
    {"model_selection"},
    {"inference"},
    {"displays", "dask"},
    {"__init__", "__main__"},
]
#: The modules outside any package; everything else has a room whose name says what it is.
ROOT = {"__init__", "__main__", "exceptions", "sklearn_api"}
#: Lines of code in a file, and all its lines. Above the latter it says why it is so long.
LONGEST, LONG = 330, 300
REASON = "Longer than 300 lines:"
#: Modules of scikit-learn whose whole purpose is private, though their names are not.
PRIVATE_PARTS = {"sklearn.externals", "sklearn.utils.fixes"}

FILES = sorted(PACKAGE.rglob("*.py"))


def dotted(path):
    """The module's name inside skl1: ``designs.dense``; a package goes by its own name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {dotted(path): ast.parse(path.read_text()) for path in FILES}


def height(module):
    """The number of a module's layer."""
    top = module.partition(".")[0]
    for number, layer in enumerate(LAYERS):
        if top in layer:
            return number
    pytest.fail(f"{module} has no layer: give it one in tests/test_structure.py")


def docstrings(tree):
    """The nodes that are docstrings."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    owners = [node for node in ast.walk(tree) if isinstance(node, kinds) and node.body]
    return {id(node.body[0].value) for node in owners if isinstance(node.body[0], ast.Expr)}


def importing_calls(tree):
    """Calls of ``import_module`` and ``__import__``, by whatever names they go."""
    names = {"import_module", "__import__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "importlib":
            names |= {a.asname for a in node.names if a.name == "import_module" and a.asname}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = getattr(function, "attr", None) or getattr(function, "id", None)
            if name in names:
                yield node


def imported(module, tree=None):
    """``(module, name, line)`` of every import, wherever and however it is done.

    Those under TYPE_CHECKING and in functions, too, and every string that is the name of a module:
    it is there to be imported, by ``import_module`` or from a table.
    """
    tree = MODULES[module] if tree is None else tree
    is_package = (PACKAGE / module.replace(".", "/")).is_dir()
    quiet = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                home = ["skl1", *(module.split(".") if module != "__init__" else [])]
                home = home if is_package or module == "__init__" else home[:-1]
                home = home[: len(home) - node.level + 1]
                source = ".".join([*home, source] if source else home)
            yield from ((source, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            package, _, inside = node.value.partition(".")
            if package == "skl1" and inside in MODULES and id(node) not in quiet:
                yield node.value, None, node.lineno
    for call in importing_calls(tree):
        if call.args and isinstance(call.args[0], ast.Constant):
            yield call.args[0].value, None, call.lineno


def named_imports(module, tree=None):
    """``(module of skl1, line)`` that a module names in an import."""
    for source, name, line in imported(module, tree):
        if source.partition(".")[0] != "skl1":
            continue
        inside = source.partition(".")[2] or "__init__"
        # `from skl1.solvers import driver` imports a module, not a name of the package.
        deeper = f"{inside}.{name}" if inside != "__init__" else name
        target = deeper if deeper in MODULES else inside
        assert target in MODULES, f"{module}:{line} imports {source}, which does not exist"
        yield target, line


def own_imports(module, tree=None):
    """``(module of skl1, line)`` that a module imports.

    Before a module Python runs the ``__init__`` of the packages that it is in, so these count as
    imported with it. Not so those that the importing module is in itself: they were there before.
    """
    for target, line in named_imports(module, tree):
        yield target, line
        rooms = target.split(".")[:-1]
        for depth in range(1, len(rooms) + 1):
            room = ".".join(rooms[:depth])
            if not f"{module}.".startswith(f"{room}."):
                yield room, line


def in_circles(graph):
    """What is left of a graph when all that needs nothing that is left has been taken away."""
    left = {name: set(needs) - {name} for name, needs in graph.items()}
    while done := [name for name, needs in left.items() if not needs & set(left)]:
        for name in done:
            del left[name]
    return {name: needs & set(left) for name, needs in left.items()}


def test_every_file_is_seen():
    """The checks below look at the whole package."""
    assert {
        "__init__",
        "compiled.machine_code",
        "designs",
        "designs.dense",
        "estimators.base",
    } <= set(MODULES)


def test_the_root_is_empty():
    """But for what belongs to the package as a whole."""
    assert {path.stem for path in PACKAGE.glob("*.py")} == ROOT


def test_imports_run_downwards():
    """No module imports from a layer above its own, for type checking neither."""
    upward = [
        f"{module}:{line} imports {target}"
        for module in MODULES
        for target, line in own_imports(module)
        if height(target) > height(module)
    ]
    assert not upward, f"imports from above: {upward}"


def test_imports_have_no_cycle():
    """Modules can be put in an order in which each imports earlier ones only."""
    left = in_circles({module: {t for t, _ in own_imports(module)} for module in MODULES})
    assert not left, f"modules that import each other: {left}"


def test_rooms_have_no_cycle():
    """The same of the packages at the root: no two need each other."""
    rooms = {module.partition(".")[0]: set() for module in MODULES}
    for module in MODULES:
        needs = {target.partition(".")[0] for target, _ in own_imports(module)}
        rooms[module.partition(".")[0]] |= needs
    left = in_circles(rooms)
    assert not left, f"packages that import each other: {left}"


def test_dynamic_imports_name_their_module():
    """A name that is put together at run time is one that this file cannot read."""
    for module, tree in MODULES.items():
        for call in importing_calls(tree):
            assert len(call.args) == 1, f"{module}:{call.lineno}"
            assert isinstance(call.args[0], ast.Constant), f"{module}:{call.lineno}"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import skl1.solvers.driver", {"solvers", "solvers.driver"}),
        ("from skl1.solvers import driver", {"solvers", "solvers.driver"}),
        ("from .dense import DenseDesign", {"designs.dense"}),
        ("from ..solvers import driver", {"solvers", "solvers.driver"}),
        ("from skl1.designs import Design", {"designs"}),
        ("from skl1 import solvers", {"solvers"}),
        ("def f():\n    import skl1.paths.grid", {"paths", "paths.grid"}),
        ("if TYPE_CHECKING:\n    import skl1.paths.grid", {"paths", "paths.grid"}),
        ("import_module('skl1.paths.grid')", {"paths", "paths.grid"}),
        ("importlib.import_module('skl1.paths.grid')", {"paths", "paths.grid"}),
        ("__import__('skl1.paths')", {"paths"}),
        ("HOMES = {'alpha_grid': 'skl1.paths.grid'}", {"paths", "paths.grid"}),
        ("def f():\n    'skl1.paths.grid'", set()),
        ("raise ValueError('skl1.paths.grid is not imported')", set()),
        ("import numpy", set()),
    ],
)
def test_every_kind_of_import_is_seen(code, expected):
    """As ``designs.table`` would write it."""
    found = own_imports("designs.table", ast.parse(code))
    assert {target for target, _ in found} == expected


def test_circles_are_seen():
    """One that needs two which need each other belongs to what cannot be put in an order."""
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}
    assert in_circles(graph) == {"a": {"b"}, "b": {"c"}, "c": {"b"}}


def test_no_module_imports_the_public_package():
    """``from skl1 import ...`` is for users; inside, a name is imported from where it lives."""
    found = [
        f"{module}:{line}"
        for module in MODULES.keys() - {"__init__", "__main__"}
        for target, line in own_imports(module)
        if target == "__init__"
    ]
    assert not found


def test_private_names_of_sklearn_stay_in_one_file():
    """Only sklearn_api.py imports what scikit-learn may change without notice."""
    for module in MODULES.keys() - {"sklearn_api"}:
        for source, name, line in imported(module):
            if source.partition(".")[0] == "sklearn":
                parts = [*source.split("."), *([name] if name else [])]
                told = f"{module}:{line} imports {'.'.join(parts)}"
                assert not [part for part in parts if part.startswith("_")], told
                assert not any(f"{'.'.join(parts)}.".startswith(f"{p}.") for p in PRIVATE_PARTS), (
                    told
                )


def test_numba_stays_in_one_file():
    """Only machine_code.py knows numba."""
    found = [
        f"{module}:{line}"
        for module in MODULES.keys() - {"compiled.machine_code"}
        for source, _, line in imported(module)
        if source.partition(".")[0] == "numba"
    ]
    assert not found


def code_lines(path):
    """Lines that hold code: neither blank, nor comment, nor docstring."""
    source = path.read_text()
    lines = set()
    quiet = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in quiet | {tokenize.ENDMARKER}:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                lines.difference_update(range(value.lineno, value.end_lineno + 1))
    return len(lines)


def test_files_are_of_moderate_length():
    """A file is one noun."""
    lengths = {dotted(path): code_lines(path) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_long_files_say_why():
    """All lines count, those of docstrings too."""
    silent = {}
    for path in FILES:
        count = len(path.read_text().splitlines())
        told = ast.get_docstring(MODULES[dotted(path)]) or ""
        said = re.search(rf"(^|[.:?!]\s+){re.escape(REASON)}\s+\w", told)
        if count > LONG and not said:
            silent[dotted(path)] = count
    assert not silent, (
        f"so many lines: {silent}. Cut these files, or give the reason in a sentence of the "
        f"docstring that begins '{REASON}'"
    )
