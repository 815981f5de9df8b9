"""The command line's frame: verbs are hung in, errors become one sentence."""

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, NoReturn

import typer

from neuroaffect.cli.output import refuse
from neuroaffect.errors import NeuroaffectError

__all__ = ["app", "main"]

VERBS = ("demo", "doctor", "devices", "pipelines", "blocks", "streams", "quality", "info",
         "convert", "record", "replay", "features", "explore", "train", "distill", "evaluate",
         "compare", "live", "check")  # fmt: skip

# Which extra brings a library that an installation may lack.
EXTRA_OF = {
    "torch": "train", "torch_geometric": "train", "onnx": "train", "sklearn": "train",
    "joblib": "train", "threadpoolctl": "train", "h5py": "train", "dask": "cluster",
    "distributed": "cluster", "mlflow": "mlflow", "pyqtgraph": "gui", "PySide6": "gui",
}  # fmt: skip

DONE, REFUSED, INTERRUPTED = 0, 1, 130

app = typer.Typer(
    name="neuroaffect",
    help="Valence, arousal and dominance from EEG headsets and wristbands, live and offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if not wanted:
        return
    try:
        print(f"neuroaffect {version('neuroaffect')}")
    except PackageNotFoundError:
        print("neuroaffect, from a source folder")
    raise typer.Exit


@app.callback()
def options(
    _debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")
    ] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Take what holds for every verb; both are dealt with before a verb runs."""


for _verb in VERBS:
    app.command(name=_verb)(importlib.import_module(f"neuroaffect.cli.{_verb}").run)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave: 0 done, 1 refused with one sentence, 2 wrong usage."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    debug = "--debug" in words
    try:
        try:
            app([word for word in words if word != "--debug"], prog_name="neuroaffect")
        finally:
            sys.stdout.flush()  # here a closed pipe is still ours to deal with
    except BrokenPipeError:
        # The reader has gone; what is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if debug:
            raise
        refuse(_sentence(error))
    sys.exit(DONE)


def _sentence(error: Exception) -> str:
    """Return what to say of an error, ours or not."""
    match error:
        case NeuroaffectError():
            return str(error)
        case ImportError():
            return _missing(error)
        case OSError():
            return f"{error.filename or 'the system'}: {error.strerror or error}"
    return f"a fault of neuroaffect itself ({type(error).__name__}: {error}); --debug shows where"


def _missing(error: ImportError) -> str:
    library = (error.name or "").split(".")[0]
    extra = EXTRA_OF.get(library)
    if extra is None:
        return f"{library or 'a library'} cannot be loaded: {error}"
    return f"this needs {library}, which is not installed; pip install 'neuroaffect[{extra}]'"
