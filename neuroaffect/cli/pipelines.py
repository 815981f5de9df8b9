"""``neuroaffect pipelines``: the pipelines there are files for."""

from neuroaffect.cli.output import AsJson, answer, table
from neuroaffect.cli.shelves import Where, Words, tell_where, wanted

__all__ = ["run"]


def run(words: Words = None, where: Where = False, as_json: AsJson = False) -> None:
    """List the known pipelines, or show one."""
    name = wanted(words)
    if where:
        tell_where("pipelines", as_json=as_json)
    elif name is None:
        _list(as_json=as_json)
    else:
        _show(name, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from neuroaffect.catalog import list_names, load_pipeline

    facts = {
        "pipelines": [
            {
                "name": name,
                "title": pipeline.title,
                "kinds": [track.kind for track in pipeline.tracks.values()],
                "network": pipeline.network.name,
                "path": str(path),
            }
            for name, path in list_names("pipelines").items()
            for pipeline in [load_pipeline(str(path))]
        ]
    }
    rows = [(p["name"], p["title"], " ".join(p["kinds"]), p["network"]) for p in facts["pipelines"]]
    answer(
        facts, as_json=as_json, show=lambda: table(["name", "title", "streams", "network"], rows)
    )


def _show(name: str, *, as_json: bool) -> None:
    from neuroaffect.catalog import find, load_pipeline

    pipeline = load_pipeline(name)
    path = find("pipelines", name)
    facts = {
        **pipeline.model_dump(mode="json", exclude_none=True),
        "fingerprint": pipeline.fingerprint,
        "path": str(path),
    }
    answer(facts, as_json=as_json, show=lambda: print(path.read_text(encoding="utf-8"), end=""))
