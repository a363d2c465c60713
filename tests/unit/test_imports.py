"""The arrows between the packages, as code: `bot -> store <- jobs`, and `store -> store.domain`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPARK = {"pyspark", "py4j", "deltalake", "delta"}
SLACK = {"slack_bolt", "slack_sdk"}


def imports_in(source: str, package: str) -> Iterator[str]:
    """Yield the full names of what *source*, a module of *package*, imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def imports_below(folder: str) -> dict[str, set[str]]:
    """File to the full names it imports."""
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files, f"{folder} has no code"
    return {
        str(file.relative_to(ROOT)): set(imports_in(file.read_text(), ".".join(file.relative_to(ROOT).parts[:-1])))
        for file in files
    }


def below(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def found(folder: str, forbidden: set[str], *, but: str | None = None) -> list[str]:
    """Return "file imports name" for each import below *folder* that is below one of *forbidden*."""
    return [
        f"{file} imports {name}"
        for file, names in imports_below(folder).items()
        for name in sorted(names)
        if below(name, forbidden) and not (but and below(name, {but}))
    ]


def test_imports_are_found_wherever_they_stand() -> None:
    source = """
import a.b as c
from d import e, f
def g():
    from .h import i
    from ..j import k
    from . import l
"""
    names = {"a.b", "d.e", "d.f", "bot.views.h.i", "bot.j.k", "bot.views.l"}
    assert set(imports_in(source, "bot.views")) == names


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("bot", {"jobs"} | SPARK),
        ("jobs", {"bot"} | SLACK),
        ("store", {"bot", "jobs"} | SPARK | SLACK),
    ],
)
def test_packages_import_along_the_arrows(folder: str, forbidden: set[str]) -> None:
    assert found(folder, forbidden) == []


def test_the_sandbox_shares_only_the_wire() -> None:
    assert found("bot/sandbox", {"bot", "store", "jobs"}, but="bot.sandbox") == []


def test_the_rules_are_pure() -> None:
    outside = [
        f"{file} imports {name}"
        for file, names in imports_below("store/domain").items()
        for name in sorted(names)
        if not below(name, set(sys.stdlib_module_names) | {"dateutil", "store.domain"})
    ]
    assert outside == []


def test_code_imports_nothing_of_the_tests() -> None:
    assert [line for folder in ("bot", "jobs", "store") for line in found(folder, {"tests"})] == []


def test_the_rules_load_nothing_heavy() -> None:
    """The list is what a fresh interpreter really holds, so an import behind an import shows too."""
    modules = [file.stem for file in (ROOT / "store" / "domain").glob("*.py") if file.stem != "__init__"]
    program = f"""
import sys
before = set(sys.modules)
import {", ".join(f"store.domain.{module}" for module in modules)}
for name, module in list(sys.modules.items()):
    if name not in before and "site-packages" in (getattr(module, "__file__", None) or ""):
        print(name.partition(".")[0])
"""
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True, cwd=ROOT).split()
    assert "dateutil" in loaded
    assert set(loaded) <= {"dateutil", "six"}
