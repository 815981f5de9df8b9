import json
import re

import numpy as np
import pytest

from neuroaffect.explore import Exploration, write_report
from neuroaffect.explore.finding import Finding
from neuroaffect.explore.plot import plot_finding
from neuroaffect.training.separation.cells import Cell

CAP = tuple("Fp1 Fp2 F3 Fz F4 C3 Cz C4 P3 Pz P4 O1 O2".split())


def finding_of(places):
    """Random maps over these {place: (channels, features)}; the first cell stands out."""
    cells = tuple(
        Cell(place, channel, feature)
        for place, (channels, features) in places.items()
        for channel in channels
        for feature in features
    )
    rng = np.random.default_rng(0)
    r2, p = rng.uniform(-0.6, 0.6, len(cells)), rng.uniform(0.06, 1, len(cells))
    p[0], r2[-1], p[-1] = 0.001, np.nan, np.nan
    return Finding(
        title="arousal: high against low", dimension="arousal", high="high", low="low",
        cells=cells, signed_r2=r2, z=4 * r2, rank_p=p, p=p, family_p=p, counts=(10, 12),
        unit="trial", people=1, draws=999, least_p=0.001,
    )  # fmt: skip


SCENES = {
    "heads": {"eeg.entropy": (CAP, ("theta", "alpha", "beta"))},
    "pairs": {"eeg.asymmetry": (("F3-F4", "C3-C4"), ("alpha", "beta"))},
    "cells": {
        "eeg.topomap": (tuple(f"y{y}x{x}" for y in range(5) for x in range(5)), ("alpha", "beta"))
    },
    "wrist": {"eda.skin": (("skin",), ("tonic", "phasic", "responses"))},
    "both": {"eeg.entropy": (CAP, ("alpha",)), "eda.skin": (("skin",), ("tonic", "phasic"))},
}


@pytest.mark.parametrize("scene", SCENES)
def test_every_kind_of_input_has_its_picture(scene, tmp_path):
    plot_finding(finding_of(SCENES[scene]), tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def report(tmp_path):
    exploration = Exploration(
        findings=(finding_of(SCENES["both"]),), notes=("Mind the <gap> & more.",)
    )
    return write_report(tmp_path, exploration, title="mine", command="neuroaffect explore a.xdf")


def test_the_page_needs_no_other_file(report):
    page = report.read_text(encoding="utf-8")
    sources = re.findall(r'(?:src|href)="([^"]{0,30})', page)
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)


def test_the_page_says_in_words_what_was_found(report):
    page = report.read_text(encoding="utf-8")
    assert "over 22 trials (high 12, low 10)" in page
    assert "Mind the &lt;gap&gt; &amp; more." in page
    assert "neuroaffect explore a.xdf" in page


def test_the_numbers_lie_beside_the_page(report):
    facts = json.loads((report.parent / "findings.json").read_text(encoding="utf-8"))
    cells = facts["findings"][0]["cells"]
    assert cells[0] == {
        "place": "eeg.entropy", "channel": "Fp1", "feature": "alpha",
        "signed_r2": cells[0]["signed_r2"], "p": 0.001, "family_p": 0.001, "z": cells[0]["z"],
        "rank_p": 0.001,
    }  # fmt: skip
    assert cells[-1]["signed_r2"] is None
