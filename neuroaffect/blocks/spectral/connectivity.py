"""How strongly each channel goes along with the others, band by band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neuroaffect.blocks.base import PLAIN, Block, Context, Step, require_signal
from neuroaffect.blocks.spectral.bank import band_edges
from neuroaffect.blocks.spectral.segments import Segments
from neuroaffect.blocks.window import GoodWindow, require_window
from neuroaffect.errors import PipelineError
from neuroaffect.stream import FeatureInfo, StreamInfo

__all__ = ["Connectivity", "coherency", "phase_locking"]

_LEAST_POWER = 1e-12  # (1e-6 µV)²: what is left of a flat line after its mean is rounding


@dataclass(frozen=True, kw_only=True)
class Connectivity(Block):
    """Coherence, imaginary coherence or phase locking of all pairs of channels in each band.

    The spectra are those of Welch: segments of `segment_s`, half overlapping, each without its
    mean and under a Hann window; all that end within the last `window_s` are averaged. At each
    frequency, S the averaged cross-spectrum: coherence |Sxy| / √(Sxx Syy), imaginary coherence
    |Im Sxy| / √(Sxx Syy), phase locking the length of the mean of Fx conj(Fy) / |Fx conj(Fy)|.
    A band's value is the mean over its frequencies.

    Imaginary coherence ignores what two electrodes see without delay, so all that volume
    conduction and a common reference feign; the other two do not.

    Parameters
    ----------
    bands : str or mapping of str to (low_hz, high_hz)
        A set of :data:`~neuroaffect.blocks.spectral.bank.BAND_SETS` by name, or own edges;
        half-open, and at least one frequency of the grid 1/`segment_s` in each.
    measure : "coherence", "imaginary" or "phase-locking"
    form : "strength" or "matrix"
        A channel's mean over all other good channels (its node strength), or every pair.
    window_s : float
        Seconds that are averaged.
    segment_s : float
        Length of a segment; at most half the window.

    Notes
    -----
    In (hop, channels) µV, out (channels, bands), or (channels, bands x channels) with features
    "alpha:Cz", band by band; plain numbers from 0 to 1. Causal: the newest segment ends up to half
    a segment before the hop does. Without a value (NaN) until the window is full. A channel that
    was bad within the window, as far as the steps before this one tell, or that has no power in
    a band, is NaN and left out of the others' strength; so is a channel alone.

    Unrelated channels do not average 0 but, over K = 2 `window_s` / `segment_s` - 1 segments,
    about √(π/4K) in coherence and phase locking and 1/√(πK) in imaginary coherence (0.23 and
    0.15 as declared): compare only what has the same window. Phase locking is over segments of
    time here, where its authors took trials.

    References
    ----------
    Nolte et al. (2004), doi:10.1016/j.clinph.2004.04.029;
    Lachaux et al. (1999), doi:10.1002/(SICI)1097-0193(1999)8:4<194::AID-HBM4>3.0.CO;2-C;
    Welch (1967), doi:10.1109/TAU.1967.1161901
    """

    bands: str | Mapping[str, tuple[float, float]] = "libeer5"
    measure: Literal["coherence", "imaginary", "phase-locking"] = "imaginary"
    form: Literal["strength", "matrix"] = "strength"
    window_s: float = 8.0
    segment_s: float = 1.0

    def start(self, info: StreamInfo) -> "ConnectivityStep":
        info = require_signal(info, "connectivity")
        require_window(self.segment_s, "connectivity")
        if self.window_s < 2 * self.segment_s:
            raise PipelineError(
                f"connectivity: window_s = {self.window_s:g} holds fewer than three segments of "
                f"{self.segment_s:g} s; choose at least {2 * self.segment_s:g}"
            )
        if len(info.channels) < 2:
            raise PipelineError(
                f"connectivity: '{info.name}' has one channel; pairs need two or more"
            )
        return ConnectivityStep(info, self)

    @classmethod
    def examples(cls) -> Sequence["Connectivity"]:
        bands = {"theta": (4.0, 8.0), "alpha": (8.0, 13.0)}
        return [
            cls(window_s=2.0),
            cls(bands=bands, window_s=2.0, measure="coherence"),
            cls(bands=bands, window_s=1.5, segment_s=0.5, measure="phase-locking"),
            cls(bands=bands, window_s=2.0, form="matrix"),
        ]


class ConnectivityStep(Step):
    """Running segments and what their spectra have in common."""

    masks_itself = True

    def __init__(self, info: StreamInfo, block: Connectivity) -> None:
        edges = band_edges(block.bands, "connectivity")
        self._segments = Segments(info, block.window_s, block.segment_s)
        self._bins = band_bins(edges, self._segments.frequencies_hz, info)
        self._measure = block.measure
        self._form = block.form
        self.info = _features(info, tuple(edges), block, self._segments.memory_s)
        self.settle_s = self._segments.memory_s
        memory = round(self._segments.memory_s * info.rate_hz)
        self._good = GoodWindow(memory, len(info.channels))
        self._pairs: np.ndarray | None = None  # (bands, channels, channels) of the newest segments

    def process(self, x: np.ndarray, context: Context = PLAIN) -> np.ndarray:
        good = self._good.add(len(x), context.good_of(x.shape[1]))
        if self._segments.add(x) and self._segments.full:
            self._pairs = self._between()
        if self._pairs is None:
            return np.full(self.info.shape, np.nan)
        pairs = np.where(good[:, None] & good, self._pairs, np.nan)
        if self._form == "strength":
            return strength(pairs)
        return pairs.transpose(1, 0, 2).reshape(self.info.shape)  # (channels, bands x channels)

    def _between(self) -> np.ndarray:
        spectra = self._segments.spectra  # (frequencies, segments, channels)
        used = np.unique(np.concatenate(self._bins))
        if self._measure == "phase-locking":
            pairs = phase_locking(spectra[used])
        else:
            pairs = coherency(spectra[used])
            pairs = np.abs(pairs.imag if self._measure == "imaginary" else pairs)
        pairs = np.minimum((pairs + pairs.swapaxes(1, 2)) / 2, 1.0)  # rid of rounding
        return np.stack([pairs[np.isin(used, bins)].mean(axis=0) for bins in self._bins])


def band_bins(
    edges: Mapping[str, tuple[float, float]], frequencies_hz: np.ndarray, info: StreamInfo
) -> list[np.ndarray]:
    """Return for each band the places of its frequencies; 0 Hz and half the rate belong to none.

    Raises
    ------
    PipelineError
        If a band reaches beyond half the rate, or has no frequency of the grid.
    """
    found = []
    for name, (low_hz, high_hz) in edges.items():
        if high_hz > info.rate_hz / 2:
            raise PipelineError(
                f"connectivity: band '{name}' reaches {high_hz:g} Hz, half the rate of "
                f"'{info.name}' is {info.rate_hz / 2:g} Hz; choose a lower edge"
            )
        inside = (frequencies_hz >= low_hz) & (frequencies_hz < high_hz) & (frequencies_hz > 0)
        if not inside.any():
            raise PipelineError(
                f"connectivity: no frequency of the grid of {frequencies_hz[1]:g} Hz lies in band "
                f"'{name}' ({low_hz:g}-{high_hz:g} Hz); choose a longer segment_s or a wider band"
            )
        found.append(np.flatnonzero(inside))
    return found


def coherency(spectra: np.ndarray) -> np.ndarray:
    """Return the complex coherency of all pairs, (frequencies, channels, channels).

    Parameters
    ----------
    spectra : ndarray of complex, shape (frequencies, segments, channels)
    """
    cross = spectra.conj().swapaxes(1, 2) @ spectra  # (F, C, C)
    power = np.einsum("fcc->fc", cross).real
    scale = _one_over_root(power)
    return cross * (scale[:, :, None] * scale[:, None, :])


def phase_locking(spectra: np.ndarray) -> np.ndarray:
    """Return the phase locking value of all pairs, (frequencies, channels, channels).

    Parameters
    ----------
    spectra : ndarray of complex, shape (frequencies, segments, channels)
    """
    phase = spectra * _one_over_root(np.abs(spectra) ** 2)
    return np.abs(phase.conj().swapaxes(1, 2) @ phase) / spectra.shape[1]


def _one_over_root(power: np.ndarray) -> np.ndarray:
    """Return 1/√power, NaN where there is none."""
    alive = power > _LEAST_POWER
    return np.where(alive, 1.0 / np.sqrt(np.where(alive, power, 1.0)), np.nan)


def strength(pairs: np.ndarray) -> np.ndarray:
    """Return each channel's mean over the others that have a value, (channels, bands).

    Parameters
    ----------
    pairs : ndarray, shape (bands, channels, channels)
        NaN where there is no value.
    """
    others = np.isfinite(pairs) & ~np.eye(pairs.shape[1], dtype=bool)
    count = others.sum(axis=2)
    total = np.where(others, pairs, 0.0).sum(axis=2)
    mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return np.ascontiguousarray(mean.T)


def _features(
    info: StreamInfo, bands: tuple[str, ...], block: Connectivity, memory_s: float
) -> FeatureInfo:
    names = bands
    if block.form == "matrix":
        names = tuple(f"{band}:{label}" for band in bands for label in info.channels)
    return FeatureInfo(
        name="connectivity",
        channels=info.channels,
        features=names,
        units=("",) * len(names),
        memories_s=(memory_s,) * len(names),
    )
