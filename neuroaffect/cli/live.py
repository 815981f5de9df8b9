"""``neuroaffect live``: a trained model on live streams, or on a recording as if it were live."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroaffect.affect import DIMENSIONS, Prediction
from neuroaffect.cli.interrupt import ended_by_ctrl_c
from neuroaffect.cli.output import note
from neuroaffect.cli.record import Seconds
from neuroaffect.cli.states import print_line, states_told
from neuroaffect.cli.streams import Timeout

if TYPE_CHECKING:
    from neuroaffect.acquire import RawSource
    from neuroaffect.live import Live, Sink
    from neuroaffect.models import AffectModel
    from neuroaffect.pipeline import Tick

__all__ = ["run"]

LSL = "lsl"
_SMOOTH_S = 0.05  # with a window: signals move on in pieces too short to see


def run(
    model: Annotated[Path, typer.Option("--model", "-m", help="Folder that `train` wrote.")],
    source: Annotated[str, typer.Option(help="`lsl`, or a recording.")] = LSL,
    headless: Annotated[
        bool, typer.Option("--headless", help="No window: a line of JSON per prediction and state.")
    ] = False,
    record: Annotated[
        Path | None, typer.Option(help="Record streams and predictions to a new .xdf file.")
    ] = None,
    for_s: Seconds = None,
    rest_s: Annotated[
        float | None,
        typer.Option("--rest", help="Take the first seconds as rest, for baselines."),
    ] = None,
    png: Annotated[
        Path | None, typer.Option("--png", help="At the end, write the window as a picture.")
    ] = None,
    name: Annotated[str, typer.Option(help="Of the outgoing LSL stream, type Affect.")] = (
        "neuroaffect"
    ),
    timeout_s: Timeout = 10.0,
) -> None:
    """Predict from live streams; predictions leave as an LSL stream of type Affect."""
    from neuroaffect.models import AffectModel

    loaded = AffectModel.load(model)
    if png is not None or not headless:
        from neuroaffect.dashboard.picture import require_qt

        require_qt()
    with _open(source, loaded, timeout_s, smooth=not headless) as opened:
        live = _start(opened, loaded, name, headless=headless)
        mailbox = live.watch() if png is not None else None
        if record is not None:
            live.record(record)
        if rest_s is not None:
            live.rest(rest_s)
        stays = source != LSL and for_s is None
        with (
            ended_by_ctrl_c(live.stop),
            contextlib.nullcontext() if headless else _window(live, opened, stays=stays),
            _ended_after(live, for_s),
            states_told(opened, as_json=headless),
        ):
            live.run()
    if mailbox is not None:
        from neuroaffect.dashboard import render

        render(live.scene, [mailbox.take()], png)
        note(f"picture: {png}")


def _start(source: "RawSource", model: "AffectModel", name: str, *, headless: bool) -> "Live":
    """Return the loop; a recording goes by the decisions of its live run, if there was one."""
    from neuroaffect.acquire import Recorded
    from neuroaffect.live import Live

    recorded = source if isinstance(source, Recorded) else None
    return Live(
        source,
        model,
        sinks=_sinks(model, name, is_live=recorded is None, headless=headless),
        late=None if recorded is None else recorded.late,
        rests=() if recorded is None else recorded.rests,
        on_tick=None if recorded is None or headless else _pace(),
    )


def _open(source: str, model: "AffectModel", timeout_s: float, *, smooth: bool) -> "RawSource":
    if source != LSL:
        from neuroaffect.acquire import Recorded

        return Recorded(source)
    from neuroaffect.acquire import LslSource
    from neuroaffect.acquire.puller import PULL_S

    tracks = model.pipeline.tracks.values()
    return LslSource(
        [_query(track.stream, track.kind) for track in tracks if track.required],
        # Markers are not predicted from, but belong into the recording and the picture.
        optional=[_query(t.stream, t.kind) for t in tracks if not t.required] + ["markers"],
        timeout_s=timeout_s,
        hop_s=model.pipeline.hop_s,
        pull_s=_SMOOTH_S if smooth else PULL_S,
    )


def _query(stream: str | None, kind: str) -> str:
    return kind if stream is None else f"name={stream}"


def _sinks(model: "AffectModel", name: str, *, is_live: bool, headless: bool) -> list["Sink"]:
    """Return where predictions go; those of a recording are not sent as if they were of now."""
    sinks: list[Sink] = []
    clock: Callable[[], float] | None = None
    if is_live:
        from neuroaffect.acquire import AffectOutlet
        from neuroaffect.acquire.outlet import tuned

        clock = tuned().local_clock
        if any(target.dimension in DIMENSIONS for target in model.targets):
            source_id = f"{name}:{model.fingerprint[:12]}"
            sinks.append(AffectOutlet(model.targets, name=name, source_id=source_id))
    if headless:
        sinks.append(JsonLines(clock))
    return sinks


class JsonLines:
    """Print each prediction as one line of JSON.

    Parameters
    ----------
    clock : callable or None
        The LSL clock, to tell how old a prediction is; None for recordings, which have no age.
    """

    def __init__(self, clock: Callable[[], float] | None) -> None:
        self._clock = clock

    def push(self, prediction: Prediction) -> None:
        """Print one prediction."""
        age_ms = None if self._clock is None else 1000.0 * (self._clock() - prediction.time)
        facts = {
            "time": prediction.time,
            **{dimension: getattr(prediction, dimension) for dimension in DIMENSIONS},
            "sd": prediction.sd,
            "interval": prediction.interval,
            "probabilities": prediction.probabilities,
            "novelty": prediction.novelty,
            "abstained": None if prediction.abstained is None else prediction.abstained.value,
            "age_ms": age_ms,
        }
        print_line(facts)

    def close(self) -> None:
        """Nothing is held."""


def _pace() -> Callable[["Tick"], None]:
    """Return a watcher of ticks that keeps a recording from running faster than it was."""
    began: list[float] = []

    def wait(tick: "Tick") -> None:
        began[:] = began or [time.monotonic() - tick.time]
        time.sleep(max(0.0, began[0] + tick.time - time.monotonic()))

    return wait


@contextlib.contextmanager
def _window(live: "Live", opened: "RawSource", *, stays: bool) -> Iterator[None]:
    """Show the window while the loop runs; if it stays, until it is closed, or Ctrl-C."""
    from neuroaffect.dashboard import open_dashboard

    def obey(command: str) -> None:
        if command == "record":
            live.record(f"neuroaffect-{datetime.now():%Y%m%d-%H%M%S}.xdf")
        elif command == "stop-recording":
            live.stop_recording()
        elif command == "close":
            live.stop()

    window = open_dashboard(live.scene, live.watch().take, on_command=obey)
    try:
        yield
        while stays and not opened.is_closed and not window.wait(timeout_s=0.2):
            pass
    finally:
        window.close()


@contextlib.contextmanager
def _ended_after(live: "Live", for_s: float | None) -> Iterator[None]:
    if for_s is None:
        yield
        return
    timer = threading.Timer(for_s, live.stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
