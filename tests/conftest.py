import os
import tempfile
import uuid
from pathlib import Path

import pytest

# Before liblsl is first used: streams of other runs on this machine must not be seen.
_config = Path(tempfile.mkdtemp()) / "lsl_api.cfg"
_config.write_text(f"[lab]\nSessionID = {uuid.uuid4().hex}\n")
os.environ["LSLAPICFG"] = str(_config)
# Nothing is taken from, or left in, the cache of who runs the tests.
os.environ["NEUROAFFECT_CACHE"] = tempfile.mkdtemp()

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
CLIPS = Path(__file__).resolve().parent / "data"


@pytest.fixture
def shared() -> Path:
    """Real recordings beside the checkout; they are too large for the repository."""
    if not SHARED.is_dir():
        pytest.skip(f"the recordings of {SHARED} are not here")
    return SHARED


@pytest.fixture
def clips() -> Path:
    """Small real recordings in the repository."""
    return CLIPS


def pytest_collection_modifyitems(config, items):
    # An address differs between the workers of pytest -n, which then refuse to start.
    if addressed := [item.nodeid for item in items if " at 0x" in item.name]:
        raise pytest.UsageError(f"the name of a test holds an address: {addressed[0]}")
    if not config.option.markexpr:
        for item in items:
            if "soak" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="long form; runs with -m soak"))
