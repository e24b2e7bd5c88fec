"""Who may import what, read from the source files."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(path for package in ("app", "index") for path in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The top-level packages that the file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by a relative name"
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def importers(package: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in FILES if package in imports(path)}


def test_app_imports_index_and_never_the_reverse() -> None:
    assert not [name for name in importers("app") if name.startswith("index/")]
    assert [name for name in importers("index") if name.startswith("app/")]


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("faiss", {"index/store.py"}),
        ("sentence_transformers", {"index/encoder.py"}),
        ("openvino", {"app/reader/runtime.py"}),
    ],
)
def test_a_heavy_library_has_one_door(package: str, allowed: set[str]) -> None:
    found = importers(package)
    assert found and found <= allowed
