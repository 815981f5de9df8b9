"""The wheel holds what an installed neuroaffect needs, and works from any folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHELVES = ("devices", "pipelines")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True, text=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel) -> Path:
    """The wheel as pip lays it out, apart from scripts and metadata."""
    folder = wheel.parent / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(unpacked: Path, *words: str) -> dict:
    result = subprocess.run(
        [sys.executable, "-m", "neuroaffect", *words, "--json"],
        cwd="/", env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(result.stdout)


@pytest.mark.parametrize("shelf", SHELVES)
def test_the_wheel_holds_every_catalog_file(wheel, shelf):
    shipped = {path.name for path in (ROOT / shelf).glob("*.toml")}
    with zipfile.ZipFile(wheel) as archive:
        names = [Path(name) for name in archive.namelist()]
    held = {name.name for name in names if str(name.parent) == f"neuroaffect/_catalog/{shelf}"}
    assert held == shipped


def test_the_wheel_holds_the_licence_the_type_marker_and_the_demos_recording(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {Path(name).name for name in archive.namelist()}
    assert {"LICENSE", "py.typed", "first_part.xdfz", "held_out.xdfz"} <= names


@pytest.mark.parametrize("shelf", SHELVES)
def test_installed_from_the_wheel_both_shelves_are_listed_from_another_folder(unpacked, shelf):
    listed = run(unpacked, shelf)[shelf]
    assert listed
    assert all(entry["path"].startswith(str(unpacked)) for entry in listed)


def test_installed_from_the_wheel_no_checkout_is_looked_through(unpacked):
    roles = [place["role"] for place in run(unpacked, "devices", "--where")["where"]]
    assert "checkout" not in roles
