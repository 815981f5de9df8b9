"""``neuroaffect replay FILE``: a recording as LSL streams again."""

from pathlib import Path
from typing import Annotated

import typer

from neuroaffect.cli.output import note, progress, quiet_stdout

__all__ = ["parse_speed", "run"]


def parse_speed(text: str) -> float | None:
    """Return the factor, or None for "max"."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise typer.BadParameter(f"'{text}' is no speed; give a factor above 0, or max")
    return speed


def run(
    file: Annotated[Path, typer.Argument(help="Any recording.")],
    speed: Annotated[
        str, typer.Option(help="1 is the original timing; `max` waits for nothing.")
    ] = "1",
) -> None:
    """Play a recording as LSL streams, with the timing it was recorded with."""
    from neuroaffect.acquire.replay import replay
    from neuroaffect.session import open_recording

    factor = parse_speed(speed)
    with quiet_stdout():
        recording = open_recording(file)
        try:
            note(f"replaying {', '.join(raw.name for raw in recording.streams)}; Ctrl-C stops")
            with progress() as advance:
                replay(
                    recording,
                    speed=factor,
                    progress=lambda played_s: advance(f"{file.name}: {played_s:.0f} s"),
                )
        except KeyboardInterrupt:
            note("stopped")
