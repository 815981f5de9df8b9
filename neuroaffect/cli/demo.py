"""``neuroaffect demo``: the whole loop on a bundled recording of a real person."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neuroaffect.affect import DIMENSIONS
from neuroaffect.cli.output import AsJson, answer, note, progress, quiet_stdout

if TYPE_CHECKING:
    from neuroaffect.acquire import Recorded
    from neuroaffect.affect import Prediction
    from neuroaffect.live import Live
    from neuroaffect.models import AffectModel
    from neuroaffect.pipeline import Tick
    from neuroaffect.session.labelled import LabelledSession
    from neuroaffect.training.learning.fitted import Fitted

__all__ = ["run"]

DIMENSION = "arousal"
HELD_OUT_S = 42.0
PROXY = (
    "Arousal by proxy: rest is low, mental arithmetic high. They are two recordings, so whatever "
    "differs between them separates the classes: confounded."
)


def run(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for what the demo makes.")] = (
        Path("demo-out")
    ),
    headless: Annotated[
        bool, typer.Option("--headless", help="No window, even where there is a display.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train on the first part of a real recording, predict the rest live over LSL, score it.

    Real time: the part held out takes 42 seconds. Writes the model, the recorded session and a
    picture of the window.
    """
    with quiet_stdout():
        out.mkdir(parents=True, exist_ok=True)
        facts = _loop(out, headless=headless)
    answer(facts, as_json=as_json, show=lambda: _show(facts))


def _loop(out: Path, *, headless: bool) -> dict[str, Any]:
    from neuroaffect.catalog import demo_session
    from neuroaffect.models import AffectModel
    from neuroaffect.training.data.labels import labelled_session

    fitted = _train(out / "model")
    model = AffectModel.load(out / "model")
    session = out / "session.xdf"
    session.unlink(missing_ok=True)
    ticks, predictions = _predict_live(model, session, out / "dashboard.png", headless=headless)
    clip = demo_session("held_out")
    held_out = labelled_session(clip, model.pipeline, subject="Subject01")
    return {
        "out": str(out),
        "predictions": len(predictions),
        "abstained": sum(one.abstained is not None for one in predictions),
        "not_trained": [name for name in DIMENSIONS if name != DIMENSION],
        "differing_bits": _differing_bits(model, session, ticks),
        "score": _score(fitted, held_out, predictions, _start_s(session) - _start_s(clip)),
    }


def _train(folder: Path) -> "Fitted":
    """Train on the first part and save the bundle."""
    from neuroaffect.catalog import demo_session, load_pipeline
    from neuroaffect.training.data.dataset import extract
    from neuroaffect.training.data.labels import labelled_session
    from neuroaffect.training.learning.fit import fit

    pipeline = load_pipeline("demo")
    first_part = labelled_session(demo_session("first_part"), pipeline, subject="Subject01")
    with progress() as advance:
        advance("features of the first part", None)
        dataset = extract([first_part], pipeline)
        fitted = fit(
            dataset,
            targets=pipeline.labels.targets,
            progress=lambda done, all_: advance(f"training: epoch {done} of {all_}", done / all_),
        )
    fitted.save(folder)
    note(f"trained {pipeline.network.name} on {len(set(dataset.trial))} trials of the first part")
    return fitted


def _predict_live(
    model: "AffectModel", session: Path, picture: Path, *, headless: bool
) -> "tuple[list[Tick], list[Prediction]]":
    """Play the held-out part over LSL, predict it live, record it, draw it."""
    from neuroaffect.acquire import AffectOutlet, LslSource, Recorded
    from neuroaffect.catalog import demo_session
    from neuroaffect.dashboard import has_display, open_dashboard, render
    from neuroaffect.live import Live

    ticks: list[Tick] = []
    kept = _Kept()
    recorded = Recorded(demo_session("held_out"))
    player = _Player(recorded)
    note(f"replaying the {HELD_OUT_S:.0f} s held out over LSL, predicting them live")
    with ExitStack() as stack:
        stack.callback(player.stop)
        player.start()
        queries = [f"source_id=replay:{raw.source_id}:{raw.name}" for raw in recorded.raws]
        source = stack.enter_context(LslSource(queries, hop_s=model.pipeline.hop_s, pull_s=0.05))
        outlet = AffectOutlet(model.targets, source_id="neuroaffect-demo")
        live = Live(source, model, sinks=[outlet, kept], on_tick=ticks.append)
        live.record(session)
        mailbox = live.watch()
        if not headless and has_display():
            window = open_dashboard(live.scene, live.watch().take, on_command=lambda _: None)
            stack.callback(window.close)
        stack.enter_context(_ended_with(player, live))
        live.run()
    render(live.scene, [mailbox.take()], picture)
    return ticks, kept.predictions


class _Kept:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.predictions: list[Prediction] = []

    def push(self, prediction: "Prediction") -> None:
        self.predictions.append(prediction)

    def close(self) -> None:
        """Nothing is held."""


class _Player(threading.Thread):
    """Plays the held-out part over LSL."""

    def __init__(self, recorded: "Recorded") -> None:
        super().__init__(name="replay", daemon=True)
        self.played_s = 0.0
        self._recorded = recorded
        self._enough = threading.Event()

    def run(self) -> None:
        from neuroaffect.acquire.replay import replay

        replay(self._recorded, wait_for_consumers_s=20.0, stop=self._enough, progress=self._note)

    def stop(self) -> None:
        """End the replay."""
        self._enough.set()
        self.join(timeout=5.0)

    def _note(self, played_s: float) -> None:
        self.played_s = played_s


@contextmanager
def _ended_with(player: _Player, live: "Live") -> Iterator[None]:
    """Show how far the replay is, and end the loop when it has ended."""

    def look() -> None:
        with progress() as advance:
            while player.is_alive():
                share = min(1.0, player.played_s / HELD_OUT_S)
                advance(f"live: {player.played_s:.0f} of {HELD_OUT_S:.0f} s", share)
                player.join(timeout=0.25)
        live.stop()

    watcher = threading.Thread(target=look, name="progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        player.stop()
        watcher.join()


def _start_s(path: Path) -> float:
    """Return the time of a recording's first sample, on its own clock."""
    from neuroaffect.acquire import Recorded

    _, chunk = next(iter(Recorded(path)))
    return float(chunk.times[0])


def _differing_bits(model: "AffectModel", session: Path, live: "Sequence[Tick]") -> int:
    """Return in how many bits the live ticks differ from those of the run's own recording."""
    from neuroaffect.acquire import Recorded
    from neuroaffect.parity import differing_bits

    source = Recorded(session)
    run = model.pipeline.start(source.streams, late=source.late, rests=source.rests)
    return differing_bits(run, list(live), list(run.over(source)))


def _score(
    fitted: "Fitted", held_out: "LabelledSession", predictions: "Sequence[Prediction]", shift: float
) -> dict[str, Any]:
    """Score the live predictions over the held-out trials, as `evaluate` would.

    `shift` leads from the held-out file's clock to that of the live run.
    """
    import numpy as np

    from neuroaffect.training.scoring.answers import Answers
    from neuroaffect.training.scoring.score import evaluate_answers

    window = fitted.input.memory_s
    truth, predicted = [], []
    for trial in held_out.trials:
        said = [
            one.probabilities[DIMENSION]
            for one in predictions
            if one.abstained is None
            and trial.start + shift <= one.time - window
            and one.time <= trial.stop + shift
        ]
        if said:
            truth.append(int(trial.ratings[DIMENSION]))
            predicted.append(int(np.mean(said, axis=0).argmax()))
    answers = Answers(
        truth=np.array(truth),
        predicted=np.array(predicted),
        majority=np.full(len(truth), int(fitted.majority[DIMENSION])),
        subject=np.array([held_out.subject] * len(truth)),
        unit=np.array(truth),  # trials of one recording share its label
    )
    scores = evaluate_answers(answers, rng=np.random.default_rng(0))
    return {"dimension": DIMENSION, "trials": len(truth), "confounded": True, **scores}


def _show(facts: dict[str, Any]) -> None:
    score = facts["score"]
    print(
        f"{score['dimension']}: balanced accuracy {score['balanced_accuracy']:.2f} on "
        f"{score['trials']} held-out trials (95 % interval {score['ci_low']:.2f} to "
        f"{score['ci_high']:.2f}), majority baseline {score['majority']:.2f}"
    )
    print(PROXY)
    print(", ".join(facts["not_trained"]) + ": not trained")
    print(
        f'{facts["predictions"]} live predictions, {facts["abstained"]} of them "don\'t know"; '
        f"live features differ from those of the recording in {facts['differing_bits']} bits"
    )
    print(f"model, session.xdf and dashboard.png: {facts['out']}")
