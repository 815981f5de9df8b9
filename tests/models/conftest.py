"""A small bundle, saved once for all tests that read one."""

import shutil

import pytest
from small_bundle import parts_of_a_bundle

from neuroaffect.models import AffectModel, save


@pytest.fixture
def parts() -> dict:
    return parts_of_a_bundle()


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles") / "small"
    save(folder, **parts_of_a_bundle())
    return folder


@pytest.fixture(scope="session")
def model(bundle) -> AffectModel:
    return AffectModel.load(bundle)


@pytest.fixture
def copy(bundle, tmp_path):
    return shutil.copytree(bundle, tmp_path / "copy")
