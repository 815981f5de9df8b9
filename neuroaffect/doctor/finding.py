"""What one look found, and looks that cannot hang or crash the one who takes them."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

__all__ = ["Finding", "ask", "isolated"]

State = Literal["ok", "advice", "fault"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at.

    Parameters
    ----------
    name : str
        What was looked at ("round trip").
    state : {"ok", "advice", "fault"}
        "advice": works, or is not needed everywhere; "fault": nothing live works without it.
    text : str
        What was found; unless ok, also what to do.
    """

    name: str
    state: State
    text: str


def isolated(name: str, probe: str, *, timeout_s: float, otherwise: State, mend: str) -> Finding:
    """Run a probe in a process of its own; one that hangs or aborts becomes a finding.

    Parameters
    ----------
    name : str
        Of the finding, should the probe not live to give one.
    probe : str
        "module:function" inside :mod:`neuroaffect.doctor`, giving a Finding.
    timeout_s : float
    otherwise : {"advice", "fault"}
        State of the finding if the probe hangs or dies.
    mend : str
        What to do then.
    """
    module, _, function = probe.partition(":")
    code = f"from neuroaffect.doctor import {module} as m, finding; finding.ask(m.{function})"
    try:
        ended = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout_s,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Finding(name=name, state=otherwise, text=f"no answer in {timeout_s:g} s; {mend}")
    try:
        return Finding(**json.loads(ended.stdout.splitlines()[-1]))
    except (IndexError, TypeError, ValueError):
        last = (ended.stderr.strip().splitlines() or ["it gives no reason"])[-1][:200]
        how = f"signal {-ended.returncode}" if ended.returncode < 0 else f"{last}"
        return Finding(name=name, state=otherwise, text=f"breaks off ({how}); {mend}")


def ask(probe: Callable[[], Finding]) -> None:
    """Print what a probe finds as one line of JSON, for the process that waits for it."""
    print(json.dumps(asdict(probe())), flush=True)
