"""``neuroaffect devices``: the headsets and wristbands there are files for."""

from collections.abc import Sequence

from neuroaffect.cli.output import AsJson, answer, note, table
from neuroaffect.cli.shelves import Where, Words, tell_where, wanted

__all__ = ["run"]


def run(words: Words = None, where: Where = False, as_json: AsJson = False) -> None:
    """List the known headsets and wristbands, or show one."""
    name = wanted(words)
    if where:
        tell_where("devices", as_json=as_json)
    elif name is None:
        _list(as_json=as_json)
    else:
        _show(name, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from neuroaffect.catalog import list_names, load_device

    devices = {load_device(str(path)): path for path in list_names("devices").values()}
    facts = {
        "devices": [
            {
                "id": device.id,
                "name": device.name,
                "kinds": [stream.kind for stream in device.streams],
                "page": device.page,
                "path": str(path),
            }
            for device, path in devices.items()
        ]
    }
    rows = [(d["id"], d["name"], " ".join(d["kinds"]), d["page"]) for d in facts["devices"]]
    answer(facts, as_json=as_json, show=lambda: table(["id", "device", "streams", "page"], rows))


def _show(name: str, *, as_json: bool) -> None:
    from neuroaffect.catalog import find, load_device

    device = load_device(name)
    path = find("devices", name)
    pairs = [_pairs(s.channels) for s in device.streams if s.kind == "eeg" and s.channels]
    facts = {
        **device.model_dump(mode="json", exclude_none=True),
        "pairs": pairs[0] if pairs else {},
        "path": str(path),
    }
    answer(facts, as_json=as_json, show=lambda: print(path.read_text(encoding="utf-8"), end=""))
    if pairs and not as_json:
        for kind, names in pairs[0].items():
            note(f"{kind.replace('_', ' ')}: {', '.join(names) or 'none'}")


def _pairs(channels: Sequence[str]) -> dict[str, list[str]]:
    """Return the pairs that `asymmetry` would find among these electrodes, and the halves."""
    from neuroaffect.blocks.derived.pairs import caudal_pairs, lateral_pairs

    sides, ends = lateral_pairs(channels), caudal_pairs(channels)
    return {
        "pairs_left_right": ["-".join(pair) for pair in sides.found],
        "lacking_a_side": ["-".join(pair) for pair in sides.missing],
        "pairs_front_back": ["-".join(pair) for pair in ends.found],
        "lacking_an_end": ["-".join(pair) for pair in ends.missing],
    }
