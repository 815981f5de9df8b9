"""The floor table of ARCHITECTURE.md, kept true: imports go down, never up, never sideways."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "neuroaffect"

FLOORS = {
    "errors": 0, "stream": 0, "units": 0, "montage": 0, "affect": 0,
    "blocks": 1,
    "pipeline": 2, "session": 2,
    "catalog": 3, "features": 3,
    "acquire": 4, "models": 4,
    "corpora": 5, "training": 5, "live": 5, "parity": 5, "survey": 5, "doctor": 5,
    "contact": 5,
    "dashboard": 6, "explore": 6,
    "cli": 7,
}  # fmt: skip

# Words lean on each other: errors know nothing, the rest of floor 0 may raise them.
SIDEWAYS = {("stream", "errors"), ("montage", "errors"), ("affect", "errors"), ("units", "errors")}

# Outside the floors: the public namespace and ``python -m``, which may reach everything.
DOORS = {"__init__", "__main__"}

EVERYWHERE = {"numpy"}
THIRD_PARTY = {
    "blocks": {"scipy"},
    "pipeline": {"pydantic", "tomli_w"},
    "montage": {"mne"},
    "session": {"mne"},
    "catalog": {"pydantic"},
    "features": {"pyarrow"},
    "models": {"torch", "torch_geometric", "onnx", "onnxruntime", "safetensors"},
    "corpora": {"mne", "scipy", "h5py", "mne_bids"},
    "training": {"torch", "torch_geometric", "sklearn", "joblib", "matplotlib", "scipy"}
    | {"pyriemann", "imblearn", "threadpoolctl", "dask", "mlflow"},
    "explore": {"scipy", "matplotlib"},
    "contact": {"matplotlib"},
    "doctor": {"pyqtgraph", "PySide6", "torch", "onnxruntime"},
    "dashboard": {"pyqtgraph", "PySide6"},
    "cli": {"typer", "rich"},
}
ONE_FILE_ONLY = {
    "pylsl": {"acquire/connect.py", "acquire/discovery.py", "acquire/lsl.py", "acquire/outlet.py"}
}
INSIDE_FUNCTIONS_ONLY = {"mne", "h5py"}


def modules() -> list[Path]:
    return sorted(
        path for path in PACKAGE.rglob("*.py") if path.stem not in DOORS or path.parent != PACKAGE
    )


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield every module that is imported, in functions and under TYPE_CHECKING too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            if node.module == "neuroaffect":
                yield from (f"neuroaffect.{alias.name}" for alias in node.names)
            elif node.module:
                yield node.module


def top_level_imports(tree: ast.Module) -> set[str]:
    direct = ast.Module(
        body=[node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)],
        type_ignores=[],
    )
    return {name.split(".")[0] for name in imports(direct)}


@pytest.fixture(params=modules(), ids=name_of)
def path(request) -> Path:
    return request.param


def written_floors() -> dict[str, int]:
    """Return room → floor as the table in ARCHITECTURE.md has them; a blank floor is the last."""
    floors, floor = {}, 0
    for line in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\| *(\d?)[^|]*\| `(\w+)(?:\.py|/)` *\|", line):
            floor = int(found[1] or floor)
            floors[found[2]] = floor
    return floors


def test_every_room_stands_on_the_floor_that_is_written(path):
    assert written_floors()[room_of(path)] == FLOORS[room_of(path)]


def test_a_room_imports_only_from_floors_below(path):
    room = room_of(path)
    wrong = [
        name
        for name in imports(ast.parse(path.read_text()))
        if name.startswith("neuroaffect.")
        and (other := name.split(".")[1]) != room
        and (room, other) not in SIDEWAYS
        and FLOORS.get(other, 99) >= FLOORS[room]
    ]
    assert wrong == []


def test_a_room_imports_only_what_its_row_allows(path):
    allowed = THIRD_PARTY.get(room_of(path), set()) | EVERYWHERE | {"neuroaffect"}
    foreign = {name.split(".")[0] for name in imports(ast.parse(path.read_text()))}
    foreign -= set(sys.stdlib_module_names) | set(ONE_FILE_ONLY)
    assert foreign <= allowed


def test_every_name_taken_from_another_file_is_there(path):
    """Also where a function imports it, which nothing but a call of that function would find."""
    lacking = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("neuroaffect")
        for alias in node.names
        if not _is_there(node.module, alias.name)
    ]
    assert lacking == []


def _is_there(module: str, name: str) -> bool:
    if hasattr(importlib.import_module(module), name):
        return True
    return importlib.util.find_spec(f"{module}.{name}") is not None


@pytest.mark.parametrize("library", ONE_FILE_ONLY)
def test_a_library_with_one_door_is_imported_nowhere_else(library):
    importers = {
        name_of(path)
        for path in modules()
        if library in {name.split(".")[0] for name in imports(ast.parse(path.read_text()))}
    }
    assert importers <= ONE_FILE_ONLY[library]


def test_slow_libraries_are_imported_inside_functions(path):
    assert not top_level_imports(ast.parse(path.read_text())) & INSIDE_FUNCTIONS_ONLY


def test_no_two_files_of_tests_share_a_name():
    # Rooms of tests are no packages: pytest collects neither of two files with one name.
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    "command",
    ["import neuroaffect", "import neuroaffect.cli", "import neuroaffect.models"],
)
def test_a_plain_import_loads_nothing_heavy(command):
    assert loaded_after(command) == []


def test_help_loads_nothing_heavy():
    assert (
        loaded_after(
            "import sys; sys.argv = ['neuroaffect', '--help']\n"
            "import contextlib, io; from neuroaffect.cli import main\n"
            "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
            "    main()"
        )
        == []
    )


def loaded_after(code: str) -> list[str]:
    heavy = ["torch", "pylsl", "mne", "PySide6", "pyqtgraph", "sklearn", "h5py", "onnxruntime"]
    report = f"import json, sys; print(json.dumps([m for m in {heavy} if m in sys.modules]))"
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    return json.loads(result.stdout)
