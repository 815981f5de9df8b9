"""Real-time affect from EEG headsets and wristbands.

Every public name is found here; each is loaded from its room when it is first used, so that
``import neuroaffect`` needs none of the large libraries.
"""

import importlib

_ROOMS = {
    "affect": ("DIMENSIONS", "SAM9", "Abstention", "Prediction", "RatingScale", "Target"),
    "errors": (
        "CatalogError", "EvaluationError", "ModelError", "NeuroaffectError", "PipelineError",
        "SessionError", "StreamError",
    ),
    "stream": ("Chunk", "FeatureInfo", "Source", "StreamInfo"),
    "montage": ("Montage",),
    "blocks": (
        "BLOCKS", "Bandpass", "Block", "Entropy", "Flaw", "Notch", "Quality", "Reference", "Step",
    ),
    "pipeline": ("Pipeline", "Run", "Tick"),
    "session": ("Recording", "SessionWriter", "open_recording"),
    "session.labelled": ("LabelledSession", "Trial"),
    "catalog": ("Device", "demo_session", "load_device", "load_pipeline"),
    "features": ("FeatureTable",),
    "acquire": (
        "FAULTS", "AffectOutlet", "Arrays", "Fault", "Faulty", "LslSource", "Recorded", "Simulator",
        "discover", "parse_faults",
    ),
    "acquire.replay": ("replay",),
    "models": ("NETWORKS", "AffectModel", "build", "save"),
    "corpora": ("CORPORA",),
    "training": (
        "Dataset", "Fitted", "Split", "compare", "distill", "evaluate", "extract", "fit",
        "fit_calibrated", "labelled_session", "make_splits",
    ),
    "live": ("Live",),
    "parity": ("Parity", "check_parity"),
    "survey": ("Survey",),
}  # fmt: skip

_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_ROOM_OF)


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'neuroaffect' has no attribute '{name}'")
    found = getattr(importlib.import_module(f"neuroaffect.{_ROOM_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
