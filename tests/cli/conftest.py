import contextlib
import io
import json
import os
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from networked import command
from scipy import signal

from neuroaffect.catalog import find
from neuroaffect.cli import main
from neuroaffect.session import Packet, RawStream, SessionWriter

EEG_HZ, EDA_HZ = 128, 4
SECONDS = 20
START = 1000.0


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict:
        """The one object on standard output; anything beside it is an error."""
        return json.loads(self.stdout)

    @property
    def sentence(self) -> str:
        """The one line on standard error, of a command that refused."""
        assert self.code == 1
        assert "Traceback" not in self.stderr
        (line,) = self.stderr.splitlines()
        return line


@pytest.fixture
def cli(capsys, tmp_path, monkeypatch) -> Callable[..., Outcome]:
    monkeypatch.chdir(tmp_path)  # verbs write where they are called

    def run(*words: object) -> Outcome:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        printed = capsys.readouterr()
        return Outcome(left.value.code or 0, printed.out, printed.err)

    return run


def stream(id: int, name: str, type: str, rate_hz: float, labels: tuple[str, ...], unit: str):
    n = len(labels)
    return RawStream(
        id=id, name=name, type=type, source_id=f"test-{name}", rate_hz=rate_hz, format="float32",
        labels=labels, units=(unit,) * n, types=(type,) * n,
    )  # fmt: skip


EEG = stream(1, "cap", "EEG", EEG_HZ, ("Fz", "C3", "C4", "Pz"), "microvolts")
EDA = stream(2, "band", "EDA", EDA_HZ, ("skin",), "uS")
MARKS = RawStream(
    id=3, name="marks", type="Markers", rate_hz=0.0, format="string", labels=("mark",),
    units=("",), types=("",),
)  # fmt: skip


def falling(rng: np.random.Generator, samples: int, channels: int) -> np.ndarray:
    """Return noise of unit variance that falls with the frequency: white is what desks give."""
    white = rng.standard_normal((samples, channels))
    return np.sqrt(1 - 0.95**2) * signal.lfilter([1.0], [1.0, -0.95], white, axis=0)


def packets(raw: RawStream, rng: np.random.Generator, *, each_s: float, lost_at_s: float | None):
    """Yield (time, packet) of a stream of noise; two seconds are lost where asked for."""
    size = round(each_s * raw.rate_hz)
    spread = 20.0 if raw is EEG else 0.5
    values = 5.0 + spread * falling(rng, round(SECONDS * raw.rate_hz), len(raw.labels))
    for first in range(0, round(SECONDS * raw.rate_hz), size):
        at_s = first / raw.rate_hz
        if lost_at_s is not None and lost_at_s <= at_s < lost_at_s + 2.0:
            continue
        stamps = START + np.arange(first, first + size) / raw.rate_hz
        yield stamps[-1], Packet(raw.id, stamps, values[first : first + size].astype(raw.dtype))


def write(path: Path, *, streams=(EEG, EDA), lost_at_s: float | None = None) -> Path:
    rng = np.random.default_rng(1)
    arriving = [item for raw in streams for item in packets(raw, rng, each_s=0.5,
                lost_at_s=lost_at_s if raw is EEG else None)]  # fmt: skip
    with SessionWriter(path) as writer:
        for raw in (*streams, MARKS):
            writer.add(raw)
        for _, packet in sorted(arriving, key=lambda item: item[0]):
            writer.write(packet)
        writer.write(Packet(3, np.array([START + 3.0]), np.array([["look"]], dtype=object)))
    return path


@pytest.fixture
def session(tmp_path) -> Path:
    """EEG and skin conductance of 20 s, whole."""
    return write(tmp_path / "session.xdf")


@pytest.fixture
def band_only(tmp_path) -> Path:
    """A recording without EEG."""
    return write(tmp_path / "band.xdf", streams=(EDA,))


@pytest.fixture
def gapped(tmp_path) -> Path:
    """The same, but two seconds of EEG are lost after eight."""
    return write(tmp_path / "gapped.xdf", lost_at_s=8.0)


@pytest.fixture
def truncated(session, tmp_path) -> Path:
    """The first half of a session's bytes."""
    path = tmp_path / "truncated.xdf"
    path.write_bytes(session.read_bytes()[: session.stat().st_size // 2])
    return path


@pytest.fixture
def text_file(tmp_path) -> Path:
    """A text that calls itself a recording."""
    path = tmp_path / "text.xdf"
    path.write_text("this is a text\n" * 50)
    return path


@pytest.fixture
def pipeline_file(tmp_path) -> Callable[[str, str], Path]:
    """Write the shipped EEG pipeline with one piece of text replaced."""

    def change(old: str, new: str) -> Path:
        text = find("pipelines", "eeg-de").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "changed.toml"
        path.write_text(text.replace(old, new))
        return path

    return change


@pytest.fixture
def foreign() -> Callable[[Path], Path]:
    """Rename a session's events stream, so that nothing in the file tells of gaps."""

    def disown(path: Path) -> Path:
        other = path.with_name(f"foreign-{path.name}")
        # The same length, so that every chunk keeps its own.
        other.write_bytes(path.read_bytes().replace(b"neuroaffect-events", b"recorder-of-others"))
        return other

    return disown


RATED_TRIALS, TRIAL_S, PAUSE_S = 8, 5.0, 1.0


def write_rated(path: Path, seed: int) -> Path:
    """A session with rated trials; the EEG is three times as strong where valence is high."""
    rng = np.random.default_rng(seed)
    with SessionWriter(path) as writer:
        writer.add(EEG)
        for trial in range(RATED_TRIALS):
            begin = START + 6.0 + trial * (TRIAL_S + PAUSE_S)
            rating = 8 if trial % 2 else 2
            writer.event("trial-start", time=begin, trial=str(trial))
            ratings = {"valence": rating, "arousal": rating}
            writer.event("trial-stop", time=begin + TRIAL_S, trial=str(trial), ratings=ratings)
        samples = round((6 + RATED_TRIALS * (TRIAL_S + PAUSE_S)) * EEG_HZ)
        noise = falling(rng, samples, len(EEG.labels))
        for first in range(0, samples // 32 * 32, 32):
            stamps = START + np.arange(first, first + 32) / EEG_HZ
            trial = int((stamps[0] - START - 6.0) // (TRIAL_S + PAUSE_S))
            sd = 30.0 if trial % 2 else 10.0
            values = (sd * noise[first : first + 32]).astype(np.float32)
            writer.write(Packet(EEG.id, stamps, values))
    return path


@pytest.fixture
def rated_session():
    """Writes a rated session: path, seed."""
    return write_rated


@pytest.fixture(scope="session")
def rated(tmp_path_factory) -> tuple[Path, Path]:
    """Two rated sessions of one person."""
    folder = tmp_path_factory.mktemp("rated")
    return write_rated(folder / "one.xdf", 1), write_rated(folder / "two.xdf", 2)


@pytest.fixture(scope="session")
def linear(tmp_path_factory) -> Path:
    """The shipped EEG pipeline with the network that trains at once."""
    path = tmp_path_factory.mktemp("linear") / "linear.toml"
    text = find("pipelines", "eeg-de").read_text(encoding="utf-8")
    path.write_text(text.replace('name = "rbtransformer"', 'name = "logistic"'))
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory, rated, linear) -> Path:
    """A bundle trained by the verb itself."""
    out = tmp_path_factory.mktemp("trained") / "model"
    words = ["train", *rated, "--pipeline", linear, "--out", out, "--json"]
    with pytest.raises(SystemExit) as left, contextlib.redirect_stdout(io.StringIO()) as printed:
        main([str(word) for word in words])
    assert left.value.code in {0, None}
    (out.parent / "train.json").write_text(printed.getvalue())
    return out


@pytest.fixture
def network(tmp_path) -> dict[str, str]:
    """Settings under which nothing is heard but what this test sends."""
    config = tmp_path / "lsl_api.cfg"
    config.write_text(f"[lab]\nSessionID = test-{uuid.uuid4().hex}\n")
    return {**os.environ, "LSLAPICFG": str(config)}


@pytest.fixture
def playing(network, session):
    """A recording that is being replayed, in a process of its own."""
    replay = subprocess.Popen(command("replay", session), env=network, stderr=subprocess.PIPE)
    assert b"replaying" in replay.stderr.readline()
    yield session
    replay.kill()
    replay.communicate()
