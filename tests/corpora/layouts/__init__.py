"""Stand-ins for data that their licences keep from us: files laid out as the published ones.

Keys, shapes, dtypes, units and quirks are the published ones; only what a reader leaves open (how
many people, trials and seconds) is small. Each file here writes one data set; the contract runs
over all of them.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from layouts import (
    amigos,
    bids,
    biohack,
    case,
    dasps,
    deap,
    dreamer,
    eegmat,
    faced,
    folder,
    gameemo,
    kemocon,
    mahnob_hci,
    seed,
    seed_iv,
    seed_v,
    stress_predict,
    wesad,
)

__all__ = ["LAYOUTS"]

# Corpus → what writes its files below a folder, of two people or more.
LAYOUTS: Mapping[str, Callable[[Path], None]] = MappingProxyType(
    {
        "amigos": amigos.write,
        "bids": bids.write_all,
        "biohack": biohack.write,
        "case": case.write,
        "dasps": dasps.write_all,
        "deap": deap.write,
        "dreamer": dreamer.write,
        "eegmat": eegmat.write_all,
        "faced": faced.write_all,
        "folder": folder.write_all,
        "gameemo": gameemo.write_all,
        "kemocon": kemocon.write,
        "mahnob-hci": mahnob_hci.write_all,
        "seed": seed.write_all,
        "seed-iv": seed_iv.write_all,
        "seed-v": seed_v.write_all,
        "stress_predict": stress_predict.write_all,
        "wesad": wesad.write,
    }
)
