"""What a person is told while streams are listened to: silence, loss, return, and what is odd."""

import contextlib
import json
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from neuroaffect.cli.output import note, plain
from neuroaffect.cli.understood import Understood

if TYPE_CHECKING:
    from neuroaffect.acquire import RawSource, StreamState

__all__ = ["print_line", "states_told"]

_LOOK_EVERY_S = 0.2


@contextlib.contextmanager
def states_told(source: "RawSource", *, as_json: bool) -> Iterator[None]:
    """Say when a stream falls silent, is lost, refused, back or odd; as lines of JSON too.

    A line of state has a key `event`, which no other line has.
    """
    over = threading.Event()
    understood = Understood(source)

    def look() -> None:
        known: dict[str, str] = {}
        while not over.wait(_LOOK_EVERY_S):
            for name, state in source.states().items():
                before, known[name] = known.get(name, "waiting"), state.state
                if state.state != before and state.state != "recorded":
                    _tell_state(name, state, as_json=as_json)
            tell_odd()

    def tell_odd() -> None:
        for name, sentence in understood.tell():
            if as_json:
                facts = {"event": "suspicion", "stream": name, "text": sentence}
                print_line(facts)

    tell_odd()
    looking = threading.Thread(target=look, name="states", daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
        tell_odd()


def _tell_state(name: str, state: "StreamState", *, as_json: bool) -> None:
    if state.state != "live":
        note(state.says or f"stream '{name}' is {state.state}")
    if as_json:
        facts = {
            "event": "state", "stream": name, "state": state.state, "clock": state.clock,
            "age_s": state.age_s, "lost": state.lost, "reconnects": state.reconnects,
        }  # fmt: skip
        with contextlib.suppress(BrokenPipeError):  # nobody reads: the thread of the verb ends it
            print_line(facts)


def print_line(facts: dict[str, object]) -> None:
    """Print one line of JSON; in one piece, since states and results are of two threads."""
    sys.stdout.write(json.dumps(plain(facts)) + "\n")
    sys.stdout.flush()
