from pathlib import Path

import pytest

from neuroaffect import catalog
from neuroaffect.errors import CatalogError, NeuroaffectError
from neuroaffect.stream import StreamInfo

SHELVES = ("devices", "pipelines")
DEVICES = sorted(catalog.list_names("devices"))
PIPELINES = sorted(catalog.list_names("pipelines"))

DEVICE = """
name = "Test band"

[[streams]]
kind = "eda"
rate_hz = 4
"""


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("NEUROAFFECT_HOME", str(tmp_path))
    for shelf in SHELVES:
        (tmp_path / shelf).mkdir()
    return tmp_path


@pytest.fixture
def known() -> list[catalog.Device]:
    return [catalog.load_device(name) for name in DEVICES]


def stream(**told):
    labels = ("",) * told.pop("channel_count", 8)
    facts = {"type": "EEG", "name": "x", "source_id": "", "rate_hz": 250.0, "labels": labels}
    return facts | told


@pytest.mark.parametrize("name", DEVICES)
def test_every_shipped_device_file_is_valid(name):
    assert catalog.load_device(name).id == name


@pytest.mark.parametrize("name", DEVICES)
def test_every_shipped_device_file_says_where_its_facts_are_from(name):
    assert catalog.find("devices", name).read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("name", PIPELINES)
def test_every_shipped_pipeline_is_valid_and_named_like_its_file(name):
    assert catalog.load_pipeline(name).name == name


@pytest.mark.parametrize("name", PIPELINES)
def test_every_shipped_pipeline_has_a_title_and_citations(name):
    pipeline = catalog.load_pipeline(name)
    assert pipeline.title
    assert pipeline.citations


@pytest.mark.parametrize("rate_hz", [125.0, 128.0, 256.0, 500.0])
def test_the_eeg_pipeline_starts_at_every_rate_that_headsets_use(rate_hz):
    info = StreamInfo(name="e", kind="eeg", rate_hz=rate_hz, channels=("Fz", "Cz"), unit="uV")
    run = catalog.load_pipeline("eeg-de").start({"e": info})
    assert run.features["eeg.entropy"].shape == (2, 5)


def test_a_file_of_ones_own_comes_before_the_shipped_one(home):
    (home / "devices" / "muse-2.toml").write_text(DEVICE)
    assert catalog.load_device("muse-2").name == "Test band"


def test_the_search_order_is_home_installed_checkout(home):
    roles = [place.role for place in catalog.places("devices")]
    assert roles == ["$NEUROAFFECT_HOME", "installed", "checkout"]


def test_without_a_home_the_search_starts_with_the_installed_files(monkeypatch):
    monkeypatch.delenv("NEUROAFFECT_HOME", raising=False)
    assert catalog.places("pipelines")[0].role == "installed"


def test_a_path_is_taken_outright(tmp_path):
    path = tmp_path / "band.toml"
    path.write_text(DEVICE)
    assert catalog.load_device(str(path)).streams[0].rate_hz == 4


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(CatalogError, match="did you mean 'muse-2'"):
        catalog.find("devices", "muse2")


def test_an_unknown_key_is_answered_with_the_known_ones(home):
    (home / "devices" / "band.toml").write_text(DEVICE + 'chanels = ["a"]\n')
    with pytest.raises(
        CatalogError, match=r"streams.0.chanels.*did you mean 'channels'.*known: kind"
    ):
        catalog.load_device("band")


def test_an_unknown_kind_is_answered_with_the_known_ones(home):
    (home / "devices" / "band.toml").write_text(DEVICE.replace("eda", "mood"))
    with pytest.raises(CatalogError, match="no kind is called 'mood'; known are eeg, ecg"):
        catalog.load_device("band")


@pytest.mark.parametrize("text", ["name = ", "", "name = 3\n[[streams]]\nkind = 'eda'", "\0"])
def test_a_broken_device_file_is_one_sentence(home, text):
    (home / "devices" / "band.toml").write_text(text)
    with pytest.raises(CatalogError) as refused:
        catalog.load_device("band")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("shelf", SHELVES)
def test_a_path_without_a_file_is_one_sentence(shelf):
    with pytest.raises(NeuroaffectError, match="there is no file"):
        catalog.find(shelf, "nowhere/nothing.toml")


@pytest.mark.parametrize(
    ("device", "told"),
    [
        ("muse-2", stream(name="Muse", rate_hz=256.0, channel_count=5)),
        ("muse-2", stream(name="Muse-41D2", type="ACC", rate_hz=52.0, channel_count=3)),
        ("openbci-cyton", stream(name="obci_eeg1", source_id="openbcigui")),
        ("openbci-cyton-daisy", stream(source_id="openbcigui", rate_hz=125.0, channel_count=16)),
        ("emotiv-epoc-x", stream(name="EmotivDataStream-EEG", rate_hz=256.0, channel_count=19)),
        ("emotiv-epoc-x", stream(name="EmotivDataStream-EEG", rate_hz=128.0, channel_count=19)),
        ("emotiv-insight", stream(name="EmotivDataStream-EEG", rate_hz=128.0, channel_count=10)),
        ("openbci-ganglion", stream(source_id="openbcigui", rate_hz=200.0, channel_count=4)),
        ("neurosity-crown", stream(name="Crown-1A2", rate_hz=256.0)),
        ("biosemi-active-two", stream(name="BioSemi", rate_hz=2048.0, channel_count=41)),
        ("emotibit", stream(type="EDA", name="EmotiBit 1", rate_hz=15.0, channel_count=1)),
        ("unicorn-hybrid-black", stream(name="Unicorn", channel_count=17)),
        ("empatica-e4",
         stream(type="GSR", source_id="GSR-empatica_e4", rate_hz=4.0, channel_count=1)),
        ("polar-h10", stream(type="ECG", name="Polar H10 1234", rate_hz=130.0, channel_count=1)),
        ("generic-eeg", stream(name="something", rate_hz=300.0, channel_count=24)),
        ("generic-wearable", stream(type="EDA", rate_hz=15.0, channel_count=1)),
        ("", stream(type="Markers", rate_hz=0.0, channel_count=1)),
    ],
)  # fmt: skip
def test_a_live_stream_is_given_to_the_device_that_fits_it_best(known, device, told):
    found = catalog.matching(known, **told)
    assert (found[0].id if found else "") == device


def test_labels_tell_two_headsets_of_one_maker_apart(known):
    beside = ("Timestamp", "Counter", "Interpolate", "RAW_CQ", "HardwareMarker", "Markers")
    quality = ("CQ_AF3", "CQ_T7", "CQ_Pz", "CQ_T8", "CQ_AF4")
    labels = (*beside, "AF3", "T7", "Pz", "T8", "AF4", *quality)
    told = stream(name="EmotivDataStream-EEG", rate_hz=128.0) | {"labels": labels}
    assert catalog.matching(known, **told)[0].id == "emotiv-insight"


@pytest.mark.parametrize("device", [catalog.load_device(name) for name in DEVICES])
def test_every_stream_of_a_device_says_after_which_silence_it_is_stale(device):
    assert all(stream.stale_s for stream in device.streams)


def test_a_stream_without_a_type_is_known_by_its_name_and_rate(known):
    told = stream(type="", name="Muse-41D2", rate_hz=256.0, channel_count=5)
    device, found = catalog.matching(known, **told)
    assert (device.id, found.kind) == ("muse-2", "eeg")
