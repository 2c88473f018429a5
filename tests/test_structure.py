"""The house rules: imports run downwards only, and a file is one noun of moderate length."""

import ast
import importlib.util
import io
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(importlib.util.find_spec("skl1").origin).parent
#: From low to high. A module may import from its own layer and from the ones before it.
LAYERS = [
    {"exceptions", "sklearn_api", "compiled"},
    {"losses", "penalties", "designs"},
    {"problems"},
    {"solvers"},
    {"paths"},
    {"search"},
    {"estimators"},
    {"inference"},
    {"model_selection", "shrinkage"},
    {"displays", "dask"},
    {"__init__", "__main__"},
]
LONGEST = 330
#: Modules of scikit-learn whose whole purpose is private, though their names are not.
PRIVATE_PARTS = {"sklearn.externals", "sklearn.utils.fixes"}

FILES = sorted(PACKAGE.rglob("*.py"))


def dotted(path):
    """The module's name inside skl1: ``designs.dense``; a package goes by its own name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {dotted(path): ast.parse(path.read_text()) for path in FILES}
every_module = pytest.mark.parametrize("module", MODULES)


def height(module):
    """The number of a module's layer."""
    top = module.partition(".")[0]
    for number, layer in enumerate(LAYERS):
        if top in layer:
            return number
    pytest.fail(f"{module} has no layer: give it one in tests/test_structure.py")


def imported(module):
    """``(module, name, line)`` of every import, those under TYPE_CHECKING and in functions too."""
    is_package = (PACKAGE / module.replace(".", "/")).is_dir()
    for node in ast.walk(MODULES[module]):
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


def own_imports(module):
    """``(module of skl1, line)`` that a module imports."""
    for source, name, line in imported(module):
        if source.partition(".")[0] != "skl1":
            continue
        inside = source.partition(".")[2] or "__init__"
        # `from skl1.solvers import driver` imports a module, not a name of the package.
        deeper = f"{inside}.{name}" if inside != "__init__" else name
        target = deeper if deeper in MODULES else inside
        assert target in MODULES, f"{module}:{line} imports {source}, which does not exist"
        yield target, line


def test_every_file_is_seen():
    """The checks below look at the whole package."""
    assert {
        "__init__",
        "compiled.machine_code",
        "designs",
        "designs.dense",
        "estimators.base",
    } <= set(MODULES)


@every_module
def test_imports_run_downwards(module):
    """No module imports from a layer above its own, for type checking neither."""
    upward = [(t, line) for t, line in own_imports(module) if height(t) > height(module)]
    assert not upward, f"{module} imports from above: {upward}"


def test_imports_have_no_cycle():
    """Modules can be put in an order in which each imports earlier ones only."""
    left = {module: {t for t, _ in own_imports(module)} - {module} for module in MODULES}
    while True:
        wanted = set().union(*left.values())
        done = [module for module in left if module not in wanted or not left[module] & set(left)]
        if not done:
            break
        for module in done:
            del left[module]
        left = {module: needs & set(left) for module, needs in left.items()}
    assert not left, f"modules that import each other: {left}"


@every_module
def test_no_module_imports_the_public_package(module):
    """``from skl1 import ...`` is for users; inside, a name is imported from where it lives."""
    if module in {"__init__", "__main__"}:
        return
    assert not [line for target, line in own_imports(module) if target == "__init__"]


@every_module
def test_private_names_of_sklearn_stay_in_one_file(module):
    """Only sklearn_api.py imports what scikit-learn may change without notice."""
    if module == "sklearn_api":
        return
    for source, name, line in imported(module):
        if source.partition(".")[0] == "sklearn":
            parts = [*source.split("."), *([name] if name else [])]
            private = [part for part in parts if part.startswith("_")]
            assert not private, f"{module}:{line} imports {'.'.join(parts)}"
            assert not any(f"{'.'.join(parts)}.".startswith(f"{p}.") for p in PRIVATE_PARTS)


@every_module
def test_numba_stays_in_one_file(module):
    """Only machine_code.py knows numba."""
    if module != "compiled.machine_code":
        assert "numba" not in {source.partition(".")[0] for source, _, _ in imported(module)}


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


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_files_are_of_moderate_length(path):
    """A file is one noun."""
    assert code_lines(path) <= LONGEST
