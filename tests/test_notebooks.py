"""CI executes the notebooks (`.ci/run`); what can be told without that is told here."""

import json
import re
from pathlib import Path

import pytest

import neuroaffect

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path):
    assert all(not cell["outputs"] and not cell["execution_count"] for cell in code_cells(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_names_that_a_notebook_uses_are_public(path):
    code = "\n".join("".join(cell["source"]) for cell in code_cells(path))
    used = set(re.findall(r"\bna\.(\w+)", code))
    assert used
    assert used <= set(neuroaffect.__all__)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_need_nothing_beside_a_clone(path):
    assert "shared" not in path.read_text(encoding="utf-8")
