import importlib
import inspect
from pathlib import Path

import pytest

import neuroaffect


@pytest.mark.parametrize("name", neuroaffect.__all__)
def test_every_public_name_can_be_had(name):
    assert getattr(neuroaffect, name) is not None


@pytest.mark.parametrize("name", neuroaffect.__all__)
def test_every_public_class_and_function_has_a_docstring_of_its_own(name):
    found = getattr(neuroaffect, name)
    if inspect.isclass(found) or inspect.isfunction(found):
        assert found.__doc__
        assert not found.__doc__.startswith(f"{name}(")  # what a dataclass writes by itself


def test_every_error_is_public():
    errors = importlib.import_module("neuroaffect.errors")
    assert set(errors.__all__) <= set(neuroaffect.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        neuroaffect.nothing  # noqa: B018


def test_dir_lists_the_public_names():
    assert set(neuroaffect.__all__) <= set(dir(neuroaffect))


def test_no_public_name_is_a_room_too():
    """Importing the room would put it in the name's place."""
    rooms = {path.stem for path in Path(neuroaffect.__file__).parent.iterdir()}
    assert rooms.isdisjoint(neuroaffect.__all__)


@pytest.mark.parametrize("room", ["models", "training"])
def test_every_name_a_room_hands_out_can_be_had(room):
    found = importlib.import_module(f"neuroaffect.{room}")
    assert all(getattr(found, name) is not None for name in found.__all__)
