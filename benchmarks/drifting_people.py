"""Simulated people whose EEG drifts, and whose affect is known: in it, or not at all.

Each channel is noise of a falling spectrum with alpha and beta rhythms upon it. The gain of each
wanders slowly, as contact, warmth and wakefulness do: minutes of one person differ from each other,
so that every trial has a fingerprint that says nothing of its rating. With `effect` above 0, alpha
falls and beta rises with arousal, alike in everybody.
"""

from functools import partial

import numpy as np

from neuroaffect.acquire import Arrays
from neuroaffect.pipeline import Pipeline
from neuroaffect.session.labelled import LabelledSession, Trial
from neuroaffect.stream import StreamInfo

__all__ = ["PIPELINE", "people_of"]

RATE_HZ = 128.0
CHANNELS = ("F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2")
TRIAL_S, REST_S = 12.0, 6.0
PERSON_SD, DRIFT_SD, DRIFT_TAU_S = 0.4, 0.35, 60.0  # of log amplitudes
COMPONENTS = {"noise": (0.5, 60.0, 10.0), "alpha": (8.0, 13.0, 8.0), "beta": (14.0, 30.0, 4.0)}
EFFECTS = {"noise": 0.0, "alpha": -1.0, "beta": 1.0}

PIPELINE = Pipeline.from_toml("""
name = "simulated"
hop_s = 0.5
lead = "eeg"
[tracks.eeg]
kind = "eeg"
channels = ["F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2"]
blocks = [
  { block = "reference", to = "average" },
  { block = "entropy", window_s = 2.0, bands = { theta = [4, 8], alpha = [8, 14], beta = [14, 31], gamma = [31, 45] } },
]
[network]
name = "logistic"
input = "eeg.entropy"
[training]
epochs = 8
batch = 64
[[labels.targets]]
dimension = "arousal"
scale = { low = 1, high = 9 }
threshold = 5.0
""")  # noqa: E501


def people_of(rng, *, people, trials, sessions=2, effect=0.0, balanced=False):
    """Return the sessions of these people, each of so many trials, rated by the toss of a coin.

    `balanced` rates exactly half of each session high. Trials are then no longer independent: what
    is left out is rarer in training, and the neighbours that drift made alike are more often of
    the other class, so that trials left out of a session score below one half where there is
    nothing to find.
    """
    found = []
    for person in range(people):
        habit = rng.normal(0.0, PERSON_SD, (len(COMPONENTS), len(CHANNELS)))
        for session in range(sessions):
            found.append(
                _session(rng, f"S{person:02d}", f"visit-{session}", trials, effect, habit, balanced)
            )
    return found


def _session(rng, subject, session, trials, effect, habit, balanced):
    high = rng.permutation(np.arange(trials) % 2) if balanced else rng.integers(2, size=trials)
    ratings = 5.0 + np.where(high, 1.0, -1.0) * rng.uniform(1.0, 4.0, trials)
    starts = REST_S + np.arange(trials) * (TRIAL_S + REST_S)
    data = _signal(rng, starts, np.where(high, effect, -effect), habit)
    info = StreamInfo(name="cap", kind="eeg", rate_hz=RATE_HZ, channels=CHANNELS, unit="uV")
    return LabelledSession(
        subject=subject,
        session=session,
        open=partial(Arrays, {"cap": (info, data)}),
        trials=tuple(
            Trial(id=f"{session}:{n}", start=start, stop=start + TRIAL_S,
                  ratings={"arousal": rating})
            for n, (start, rating) in enumerate(zip(starts.tolist(), ratings.tolist(), strict=True))
        ),
    )  # fmt: skip


def _signal(rng, starts, feelings, habit):
    """Return microvolts, (samples, channels)."""
    n = round((starts[-1] + TRIAL_S + REST_S) * RATE_HZ)
    seconds = np.arange(n) / RATE_HZ
    felt = np.zeros(n)
    for start, feeling in zip(starts, feelings, strict=True):
        felt[(start <= seconds) & (seconds < start + TRIAL_S)] = feeling
    total = np.zeros((n, len(CHANNELS)))
    for (name, (low, high, rms)), own in zip(COMPONENTS.items(), habit, strict=True):
        gain = own + _drift(rng, seconds) + EFFECTS[name] * felt[:, None]
        total += rms * _falling(rng, n, low, high) * np.exp(gain)
    return total


def _falling(rng, n, low_hz, high_hz):
    """Return noise whose power falls as 1/f inside a band, of sd 1, (n, channels)."""
    f = np.fft.rfftfreq(n, 1 / RATE_HZ)
    inside = (low_hz <= f) & (f <= high_hz)
    shape = np.divide(1.0, np.sqrt(f), out=np.zeros(len(f)), where=inside)
    x = np.fft.irfft(np.fft.rfft(rng.standard_normal((n, len(CHANNELS))), axis=0)
                     * shape[:, None], n, axis=0)  # fmt: skip
    return x / x.std(axis=0)


def _drift(rng, seconds):
    """Return log gains that wander about 0 and come back in a minute, (n, channels)."""
    steps = np.arange(int(seconds[-1]) + 2)
    keep = np.exp(-1.0 / DRIFT_TAU_S)
    at = DRIFT_SD * rng.standard_normal((len(steps), len(CHANNELS)))
    for step in steps[1:]:
        at[step] = keep * at[step - 1] + np.sqrt(1 - keep**2) * at[step]
    return np.stack([np.interp(seconds, steps, one) for one in at.T], axis=1)
