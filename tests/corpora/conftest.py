import shutil
from functools import cache

import pytest
from layouts import LAYOUTS


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Each data set's files, written once: name → folder."""

    @cache
    def build(name):
        root = tmp_path_factory.mktemp(name)
        LAYOUTS[name](root)
        return root

    return build


@pytest.fixture
def root(built, name):
    return built(name)


@pytest.fixture
def copy(root, tmp_path):
    """The same files, to be spoilt."""
    return shutil.copytree(root, tmp_path / "copy")
