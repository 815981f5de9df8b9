"""What is usual for each kind of signal, and what no body or sensor gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["LIMITS", "Limits"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds for one kind of signal; all values in `unit`, None where nothing is judged.

    Parameters
    ----------
    unit : str
        Bounds on sizes and levels hold in this unit only.
    window_s : float
        How far back flat, railed, wild and missing look.
    flat, wild : float
        Smallest and largest peak-to-peak range of a living channel.
    stuck : float
        Largest share of samples that may equal the window's maximum or minimum.
    faint, large : (float, float)
        RMS of 1 to 45 Hz that is still good, and that is poor, downward and upward.
    sizes : (float, float)
        RMS below and above which the unit cannot be right.
    levels : (float, float)
        Mean value (root mean square of all axes together for accelerations) below and above
        which the unit cannot be right.
    worn : (float, float)
        Mean value that is still good, and that is poor; below, the sensor is not on skin.
    signal_hz, noise_hz : (float, float)
        Band where this kind has its power, and one where it has little.
    noise_share : (float, float)
        Power density in the second over that in the first: good, poor.
    noise : (float, float)
        RMS in the second band: good, poor.
    twins : bool
        Whether channels that equal each other are a fault.
    """

    unit: str = ""
    window_s: float = 1.0
    flat: float = 0.0
    wild: float = float("inf")
    stuck: float = 1.0
    faint: tuple[float, float] | None = None
    large: tuple[float, float] | None = None
    sizes: tuple[float, float] | None = None
    levels: tuple[float, float] | None = None
    worn: tuple[float, float] | None = None
    signal_hz: tuple[float, float] | None = None
    noise_hz: tuple[float, float] | None = None
    noise_share: tuple[float, float] | None = None
    noise: tuple[float, float] | None = None
    twins: bool = False


# Ours where no source is named. Voltages: 0.5 µV is below the noise of the quietest dry
# electrode, 10 mV beyond any excursion; scalp EEG of 2 s has 3 to 40 µV, sleep and blinks reach
# 100; amplifiers with their inputs tied together give 0.2 to 0.5 µV. Sizes leave half a decade
# to what is usual, so that only a factor of a thousand is ever named.
_EEG = Limits(
    unit="uV", flat=0.5, wild=10_000.0, stuck=0.2,
    faint=(1.5, 0.5), large=(100.0, 200.0), sizes=(0.1, 5e3),
    signal_hz=(2.0, 15.0), noise_hz=(30.0, 45.0), noise_share=(0.25, 1.0), noise=(7.0, 20.0),
    twins=True,
)  # fmt: skip

LIMITS: Mapping[str, Limits] = MappingProxyType({
    "eeg": _EEG,
    "eog": Limits(
        unit="uV", flat=0.5, wild=10_000.0, stuck=0.2, large=(300.0, 1000.0), sizes=(0.1, 5e3),
        signal_hz=(1.0, 10.0), noise_hz=(30.0, 45.0), noise_share=(0.25, 1.0), noise=(10.0, 30.0),
    ),
    "emg": Limits(unit="uV", flat=0.5, wild=20_000.0, stuck=0.2, sizes=(0.1, 1e4)),
    "ecg": Limits(
        unit="uV", flat=0.5, wild=20_000.0, stuck=0.2, large=(1500.0, 4000.0), sizes=(1.0, 1e4),
        signal_hz=(2.0, 15.0), noise_hz=(30.0, 45.0), noise_share=(0.4, 1.6), noise=(60.0, 200.0),
    ),
    # Kleckner et al. (2018): 0.05 to 60 µS; a hundred is left, for sweat in the heat.
    "eda": Limits(
        unit="uS", window_s=5.0, flat=0.0005, wild=60.0, stuck=0.95, levels=(-1.0, 100.0),
        worn=(0.1, 0.05),
    ),
    # Garmin, E4 and Muse send 25 to 64 Hz: the pulse and its overtones end below 8 Hz.
    "ppg": Limits(
        window_s=2.0, flat=1e-9, stuck=0.5, signal_hz=(0.7, 4.0), noise_hz=(8.0, 11.5),
        noise_share=(0.05, 0.3),
    ),
    "resp": Limits(window_s=10.0, flat=1e-9, stuck=0.5),
    # Kleckner et al. (2018): 30 to 40 °C while worn; 25 leaves room for cold hands.
    "temp": Limits(unit="degC", window_s=5.0, levels=(-10.0, 45.0), worn=(27.0, 25.0)),
    "hr": Limits(unit="bpm", levels=(25.0, 250.0)),
    # Axes that do not change are at rest, not dead; gravity alone gives 1 g.
    "acc": Limits(unit="g", window_s=2.0, wild=40.0, levels=(0.4, 4.0)),
})  # fmt: skip
