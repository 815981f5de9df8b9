"""``neuroaffect doctor``: does everything work here, and if not, what to do."""

import dataclasses
from typing import TYPE_CHECKING

from neuroaffect.cli.output import AsJson, answer, note, progress, quiet_stdout, refuse

if TYPE_CHECKING:
    from neuroaffect.doctor import Finding

__all__ = ["run"]

_MARKS = {"ok": "ok    ", "advice": "advice", "fault": "FAULT "}


def run(as_json: AsJson = False) -> None:
    """Test LSL, network, clock, window, networks and drivers; say what to do where one fails."""
    from neuroaffect.doctor import examine

    findings: list[Finding] = []
    with quiet_stdout(), progress() as advance:
        for found in examine():
            findings.append(found)
            advance(f"{len(findings)} looked at, last: {found.name}")
    faults = [found for found in findings if found.state == "fault"]
    facts = {"ok": not faults, "checks": [dataclasses.asdict(found) for found in findings]}
    answer(facts, as_json=as_json, show=lambda: _show(findings))
    if faults:
        refuse(f"{faults[0].name}: {faults[0].text}")


def _show(findings: "list[Finding]") -> None:
    width = max(len(found.name) for found in findings)
    for found in findings:
        print(f"{_MARKS[found.state]}  {found.name:<{width}}  {found.text}")
    advised = sum(found.state == "advice" for found in findings)
    if advised:
        note(f"{advised} of {len(findings)} lines advise something; none keeps LSL from working")
