"""Pickles of arrays, read by an interpreter of our own that can build data and nothing else.

Several data sets are published as pickles, and a pickle is a program: `pickle.load` runs what it
says. Its `find_class` can be narrowed to a few names, but the machine underneath still calls what
those names give, sets attributes, asks `copyreg` for extensions and makes room for whatever size
is claimed. The language is small, so the safer reading is also the shorter one: this interpreter
knows the steps (:mod:`neuroaffect.corpora.pickled_steps`) that build numbers, texts, lists,
tuples, dicts and numpy arrays (:mod:`neuroaffect.corpora.pickled_arrays`). A name in the file is
looked up in a table of five, never imported; nothing that the file names is ever called.

What a file can cost is bounded. Texts and arrays are no larger than their bytes in the file, long
ones are views of the file mapped into memory; steps, lines and integers have limits far above
those of any data set. Data that contain themselves stay so: nothing here walks them.

References
----------
Python Software Foundation, Lib/pickletools.py, the description of the language.
"""

import mmap
from pathlib import Path

from neuroaffect.corpora.pickled_arrays import Refused
from neuroaffect.corpora.pickled_machine import Machine
from neuroaffect.corpora.pickled_steps import STEPS, whole
from neuroaffect.errors import EvaluationError

__all__ = ["read_pickle"]

_MOST_STEPS = 200_000  # DEAP's files take about fifty, WESAD's a few hundred


def read_pickle(path: Path) -> object:
    """Return what a pickle holds: dicts, lists, tuples, numbers, texts and numpy arrays.

    Texts of Python 2 are read as Latin-1, in which its arrays are written too. Arrays are
    read-only; where the file has their bytes as they are, they are read when they are used.

    Raises
    ------
    EvaluationError
        If the file cannot be read, ends early, or asks for anything else.
    """
    try:
        with path.open("rb") as file:
            # Never closed by us: arrays are views of it, and hold it as long as they live.
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _run(Machine(mapped))
    except Refused as error:
        raise EvaluationError(
            f"{path} is no pickle of arrays: {error}; nothing in it was run"
        ) from None
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path} cannot be read: {error}") from None


def _run(machine: Machine) -> object:
    for _ in range(_MOST_STEPS):
        code = bytes(machine.take(1))
        if code == b".":
            return whole(machine.pop())
        if code not in STEPS:
            raise Refused(f"it has the step {code!r}, which makes no data")
        STEPS[code](machine)
    raise Refused(f"it takes more than {_MOST_STEPS} steps")
