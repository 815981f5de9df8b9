"""What benchmarks/features.py feeds to the features: pipelines of brain and wrist, and signals."""

import numpy as np

from neuroaffect.blocks import BLOCKS
from neuroaffect.pipeline import Pipeline
from neuroaffect.stream import StreamInfo

HOP_S = 0.25
BRAIN = (
    '{ block = "quality" }',
    '{ block = "reference", to = "average" }',
    '{ block = "notch" }',
    '{ block = "bandpass", low_hz = 0.8, high_hz = 48, order = 2 }',
    '{ block = "artifact" }',
    '{ block = "entropy", bands = "rbtransformer" }',
    '{ block = "asymmetry" }',
)
CLEANED = (
    BRAIN[0], BRAIN[2], BRAIN[3],
    '{ block = "ocular", eog = ["Fp1", "Fp2"] }',
    '{ block = "asr", calibration_s = 30 }',
    BRAIN[1], *BRAIN[4:],
)  # fmt: skip
WRIST = {
    "ppg": (64, "", ("quality", "beats", "hrv")),
    "breath": (64, "", ("respiration",)),
    "eda": (4, "uS", ("skin",)),
    "temp": (4, "degC", ("temperature",)),
    "acc": (32, "g", ("motion",)),
}


def known(entries):
    """Return the entries of a block list whose block there is."""
    return [entry for entry in entries if entry.split('"')[1] in BLOCKS]


def brain_pipeline(entries=BRAIN):
    blocks = ",\n  ".join(known(entries))
    return Pipeline.from_toml(
        f'name = "brain"\nhop_s = {HOP_S}\nlead = "eeg"\n[tracks.eeg]\nkind = "eeg"\n'
        f"blocks = [\n  {blocks},\n]"
    )


def wrist_pipeline():
    text = 'name = "wrist"\nhop_s = 0.5\nlead = "acc"\n'
    for track, (_, _, names) in WRIST.items():
        kind = "ppg" if track == "breath" else track
        entries = ", ".join(known(f'{{ block = "{name}" }}' for name in names))
        gate = '\ngate = "acc"' if track in {"ppg", "breath", "eda"} else ""
        text += f'[tracks.{track}]\nkind = "{kind}"\nblocks = [{entries}]{gate}\n'
    return Pipeline.from_toml(text)


def electrodes(count):
    """Return that many names of the 10-05 system, pairs of both sides first."""
    pairs = """Fp12 F34 C34 O12 F78 T78 P78 FC56 P34 CP56 AF34 FC12 CP12 PO34 FT78 TP78 F12 C12 P12
        F56 C56 P56 FC34 CP34 AF78 PO78 PO56 FT910 TP910 F910 P910""".split()
    between = [f"{row}{side}h" for row in "AFF FFC FCC CCP CPP PPO AFp".split()
               for side in (1, 2, 3, 4, 5, 6)] + ["FFT7h", "FFT8h", "FTT7h", "FTT8h", "TTP7h",
               "TTP8h", "TPP7h", "TPP8h", "OI1h", "OI2h", "POO1", "POO2"]  # fmt: skip
    names = []
    for pair in pairs:
        row = pair.rstrip("0123456789")
        places = ("9", "10") if pair.endswith("910") else tuple(pair[len(row) :])
        names += [f"{row}{place}" for place in places]
    names += "Fz Cz Pz Oz FCz CPz AFz POz Fpz Iz T9 T10".split()
    return tuple((names + between)[:count])


def brain_signals(channels, rate_hz, seconds):
    """Return a stream of pink noise with some alpha and a blink every five seconds, microvolts."""
    rng = np.random.default_rng(0)
    n = round(seconds * rate_hz)
    spectrum = np.fft.rfft(rng.standard_normal((n, channels)), axis=0)
    spectrum[1:] /= np.sqrt(np.fft.rfftfreq(n, 1 / rate_hz)[1:, None])
    pink = np.fft.irfft(spectrum, n, axis=0)
    alpha = np.sin(2 * np.pi * 10 * np.arange(n) / rate_hz)[:, None] * rng.random(channels)
    labels = electrodes(channels)
    info = StreamInfo(name="eeg", kind="eeg", rate_hz=float(rate_hz), channels=labels, unit="uV")
    since_s = np.arange(n) / rate_hz % 5.0 - 2.5
    reach = np.array([1.0 if label.startswith("Fp") else 0.1 for label in labels])
    blinks = 150 * np.exp(-((since_s / 0.1) ** 2))[:, None] * reach
    return {"eeg": (info, 15 * pink / pink.std() + 8 * alpha + blinks)}


def wrist_signals(seconds):
    """Return the streams of a simulated wrist; breath is read from the pulse."""
    from neuroaffect.acquire.physiology import Heart, Skin

    rng = np.random.default_rng(0)
    signals = {}
    for kind in ("ppg", "eda", "temp", "acc"):
        rate_hz, unit, _ = WRIST[kind]
        t = np.arange(round(seconds * rate_hz)) / rate_hz
        still = np.zeros((len(t), 3))
        x = {
            "ppg": lambda t=t, still=still: Heart(rng, strength=1.0).next(t, still),
            "eda": lambda t=t, still=still: Skin(rng, strength=1.0).next(t, still),
            "temp": lambda t=t: 33 + 0.01 * np.sin(t / 60)[:, None],
            "acc": lambda t=t: rng.normal([0.1, 0.3, 0.95], 0.005, (len(t), 3)),
        }[kind]()
        labels = ("x", "y", "z") if kind == "acc" else (kind,)
        info = StreamInfo(name=kind, kind=kind, rate_hz=float(rate_hz), channels=labels, unit=unit)
        signals[kind] = (info, x)
    return signals
