"""Cut the two sessions of `neuroaffect demo` out of the eegmat EDF files.

    python benchmarks/cut_demo_clip.py FOLDER_WITH_EDF_FILES

Writes neuroaffect/_demo/{first_part,held_out}.xdfz; see SOURCE.md there.
"""

import argparse
import gzip
import tempfile
from pathlib import Path

import mne
import numpy as np

from neuroaffect.session import Packet, RawStream, SessionWriter

SUBJECT = "Subject01"  # the first subject with a good count in subject-info.csv
RATE_HZ = 500
PACKET = 25  # samples: 50 ms, as a headset sends them
BREAK_S = 2.0  # between two recordings: its true length is not known
TRIAL_S = 5.0
# (recording, arousal class, first second, last second)
PARTS = {
    "first_part": [("1", 0, 0.0, 35.0), ("2", 1, 0.0, 35.0)],
    "held_out": [("1", 0, 150.0, 170.0), ("2", 1, 39.0, 59.0)],
}
OUT = Path(__file__).parents[1] / "neuroaffect" / "_demo"


def stream(number, name, labels, kind):
    return RawStream(
        id=number,
        name=name,
        type=kind,
        source_id=f"eegmat-{SUBJECT.lower()}-{kind.lower()}",
        rate_hz=RATE_HZ,
        format="float32",
        labels=tuple(labels),
        units=("microvolts",) * len(labels),
        types=(kind,) * len(labels),
    )


def read(folder, part):
    """Return the electrode labels, and (arousal, EEG, ECG) of each recording in the part."""
    segments = []
    for recording, arousal, start_s, stop_s in PARTS[part]:
        raw = mne.io.read_raw_edf(folder / f"{SUBJECT}_{recording}.edf", verbose="error")
        labels = [name for name in raw.ch_names if name not in {"EEG A2-A1", "ECG ECG"}]
        span = {"start": int(start_s * RATE_HZ), "stop": min(int(stop_s * RATE_HZ), raw.n_times)}
        eeg = raw.get_data(picks=labels, **span).T * 1e6
        ecg = raw.get_data(picks=["ECG ECG"], **span).T * 1e6
        segments.append((arousal, eeg.astype(np.float32), ecg.astype(np.float32)))
    return labels, segments


def cut(folder, part, path):
    labels, segments = read(folder, part)
    streams = [stream(1, "Neurocom EEG", labels, "EEG"), stream(2, "Neurocom ECG", ["ECG"], "ECG")]
    with SessionWriter(path) as writer:
        for one in streams:
            writer.add(one)
        received, clock, trial = 0, 100.0, 0
        for arousal, eeg, ecg in segments:
            if received:
                clock += BREAK_S
                for one in streams:
                    lost = int(BREAK_S * RATE_HZ)
                    writer.event("gap", time=clock, stream=one.name, first=received, lost=lost)
            times = clock + np.arange(len(eeg)) / RATE_HZ
            for begin in range(0, len(eeg), int(TRIAL_S * RATE_HZ)):
                stop = min(begin + int(TRIAL_S * RATE_HZ), len(eeg))
                name = {"trial": f"{part}-{trial}"}
                writer.event("trial-start", time=times[begin], **name)
                for at in range(begin, stop, PACKET):
                    piece = slice(at, min(at + PACKET, stop))
                    writer.write(Packet(1, times[piece], eeg[piece]))
                    writer.write(Packet(2, times[piece], ecg[piece]))
                writer.event(
                    "trial-stop", time=times[stop - 1], ratings={"arousal": arousal}, **name
                )
                trial += 1
            received += len(eeg)
            clock = times[-1] + 1 / RATE_HZ


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    OUT.mkdir(exist_ok=True)
    for part in PARTS:
        with tempfile.TemporaryDirectory() as scratch:
            plain = Path(scratch) / "clip.xdf"
            cut(folder, part, plain)
            packed = OUT / f"{part}.xdfz"
            packed.write_bytes(gzip.compress(plain.read_bytes(), 9, mtime=0))
            print(packed, packed.stat().st_size)


if __name__ == "__main__":
    main()
