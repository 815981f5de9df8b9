"""The configuration liblsl is given: the user's own file, and what it leaves open.

References
----------
https://labstreaminglayer.readthedocs.io/info/lslapicfg.html
"""

import configparser
import io
import os
from collections.abc import Iterable
from pathlib import Path

__all__ = ["config_file", "config_text"]

# A frozen sender is given up after 3 s instead of 15, or recovery starts half a minute late.
# The log is errors only: stream state is ours to tell.
# A sender that was started again is asked for three times a second, not once.
_WANTED = {
    "tuning": {
        "WatchdogTimeThreshold": "3", "WatchdogCheckInterval": "1",
        "MulticastMinRTT": "0.2", "ContinuousResolveInterval": "0.1",
    },
    "log": {"level": "-3"},
}  # fmt: skip


def config_text() -> str:
    """Return the content of the user's lsl_api.cfg with our settings where it says nothing.

    Content given to liblsl replaces every file, so the user's settings (KnownPeers, SessionID)
    are carried over.
    """
    config = configparser.ConfigParser(
        interpolation=None, strict=False, delimiters=("=",), comment_prefixes=(";",)
    )
    config.optionxform = str  # keys keep their case
    path = config_file()
    text = "" if path is None else path.read_text("utf-8", "replace")
    try:
        config.read_string(text)
    except configparser.Error:
        return text  # liblsl reads more than Python does: better the user's file than half of it
    for section, settings in _WANTED.items():
        if not config.has_section(section):
            config.add_section(section)
        known = {key.lower() for key in config[section]}
        for key, value in settings.items():
            if key.lower() not in known:
                config.set(section, key, value)
    written = io.StringIO()
    config.write(written)
    return written.getvalue()


def config_file() -> Path | None:
    """Return the user's lsl_api.cfg that liblsl goes by, None if there is none."""
    return next((path for path in _places() if path.is_file()), None)


def _places() -> Iterable[Path]:
    """Yield where liblsl looks for its configuration, in its order."""
    if named := os.environ.get("LSLAPICFG"):
        yield Path(named)
    yield Path("lsl_api.cfg")
    yield Path.home() / "lsl_api" / "lsl_api.cfg"
    yield Path("/etc/lsl_api/lsl_api.cfg")
