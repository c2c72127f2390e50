"""The house rules that imports can show: layers, cycles, doors of heavy libraries, start-up."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "dataaudit"
LAYERS = [
    {"errors", "finding", "lazy", "naming", "parquet", "stopping"},
    {"engine"},
    {"engines", "source"},
    {"chance", "estimator", "levels", "ordered", "profile", "rows", "sampler", "table", "twins"},
    {"defects"},
    {"account", "contract", "encode", "fingerprint", "split"},
    {"compile", "injecting", "pipeline", "steps"},
    {"proof"},
    {"config"},
    {"output", "report"},
    {"result"},
    {
        "applying",
        "auditing",
        "chain",
        "choosing",
        "cleansing",
        "diagnosing",
        "drafting",
        "selftest",
        "proving",
        "publishing",
        "stages",
        "tuning",
    },
    {"cli"},
]
DOORS = {
    "keras": {"proof"},
    "tensorflow": {"proof"},
    "pyspark": {"engine"},
    "jinja2": {"report"},
    "ruamel": {"config"},
    "yaml": {"config", "contract"},
    "imblearn": {"defects", "pipeline", "sampler", "steps"},
    "typer": {"cli"},
    "duckdb": {"engine"},
}
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def module(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(path): path for path in FILES}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else node.module


def layer(name: str) -> int:
    part = name.split(".")[1]
    found = [i for i, names in enumerate(LAYERS) if part in names]
    assert found, f"{name} has no layer: add it to LAYERS"
    return found[0]


def ours(path: Path) -> list[str]:
    return [name for name in imports(path) if name.startswith("dataaudit.")]


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_point_down(path):
    here = layer(module(path))
    above = [name for name in ours(path) if layer(name) > here]
    assert not above, f"{module(path)} imports up: {above}"


def test_no_module_takes_part_in_a_cycle():
    graph = {
        name: {n for n in ours(path) if n in MODULES} - {name} for name, path in MODULES.items()
    }
    while True:
        leaves = {name for name, needs in graph.items() if not needs & graph.keys()}
        if not leaves:
            break
        graph = {name: needs for name, needs in graph.items() if name not in leaves}
    assert not graph, f"in or above a cycle: {sorted(graph)}"


@pytest.mark.parametrize("folder", ["defects", "engine"])
def test_files_of_a_registry_never_import_each_other(folder):
    for path in FILES:
        name = module(path)
        if name.startswith(f"dataaudit.{folder}."):
            own = ".".join(name.split(".")[:3])
            sideways = [
                other
                for other in ours(path)
                if other.startswith(f"dataaudit.{folder}.")
                and not other.startswith(own)
                and other != "dataaudit.engine.sql"
            ]
            assert not sideways, f"{name} imports sideways: {sideways}"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_heavy_libraries_have_one_door(path):
    for name in imports(path):
        doors = DOORS.get(name.split(".")[0])
        assert doors is None or module(path).split(".")[1] in doors, f"{name} in {module(path)}"


@pytest.mark.parametrize("command", ["import dataaudit", "import dataaudit.cli"])
def test_importing_loads_nothing_heavy(command):
    assert not loaded(f"{command}")


def test_help_loads_nothing_heavy():
    script = (
        "import sys; sys.argv = ['dataaudit', '--help']; import dataaudit.cli as c\n"
        "try: c.main()\nexcept SystemExit: pass"
    )
    assert not loaded(script)


def test_an_audit_loads_no_estimator_and_no_contract(tmp_path):
    table = tmp_path / "table.csv"
    rows = [f"{row},{row % 7},{'ab'[row % 2]},{'yn'[row % 3 == 0]}" for row in range(300)]
    table.write_text("\n".join(["amount,size,kind,target", *rows]), encoding="utf-8")
    report = tmp_path / "report.html"
    script = (
        f"import sys; sys.argv = ['dataaudit', 'audit', {str(table)!r}, '--target', 'target', "
        f"'--report', {str(report)!r}]; import dataaudit.cli as c\n"
        "try: c.main()\nexcept SystemExit as end: assert not end.code"
    )
    needed = {"pandas", "numpy", "duckdb", "pyarrow"}
    assert not loaded(script, HEAVY | {"scipy", "skops", "ruamel"}) - needed
    assert report.exists()


HEAVY = {"tensorflow", "keras", "sklearn", "pandas", "numpy", "duckdb", "imblearn", "pandera"}


def loaded(script: str, heavy: set[str] = HEAVY) -> set[str]:
    tail = "\nimport sys; print('LOADED', *sorted(m for m in sys.modules if '.' not in m))"
    done = subprocess.run(
        [sys.executable, "-c", script + tail], capture_output=True, text=True, check=True
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    return heavy & set(line.split())
