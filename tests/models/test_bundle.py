"""A bundle is what was saved, on streams like those of training, or it is refused."""

import hashlib
import json

import pytest
from small_bundle import CHANNELS, streams

from neuroaffect.errors import ModelError
from neuroaffect.models import AffectModel, rebuild

FILES = ("SHA256SUMS", "bundle.json", "network.onnx", "pipeline.toml", "weights.safetensors")


def sign(folder):
    """Write the sums of a folder's files as they are now, as a forger would."""
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in FILES[1:]
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_changed_byte_is_refused_by_the_name_of_its_file(copy, name, place):
    content = bytearray((copy / name).read_bytes())
    content[round(place * (len(content) - 1))] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ModelError, match=r"copy: .*train anew") as refused:
        AffectModel.load(copy)
    assert name in str(refused.value) or name == "SHA256SUMS"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        AffectModel.load(copy)


def test_rebuild_refuses_a_changed_byte_too(copy):
    (copy / "weights.safetensors").write_bytes(b"\0")
    with pytest.raises(ModelError, match=r"weights\.safetensors is not as it was saved"):
        rebuild(copy)


def test_an_extra_entry_in_the_sums_is_refused(copy):
    with (copy / "SHA256SUMS").open("a") as file:
        file.write(f"{'0' * 64}  weights.pkl\n")
    with pytest.raises(ModelError, match=r"differs at weights\.pkl"):
        AffectModel.load(copy)


def test_another_format_version_is_refused(copy):
    card = json.loads((copy / "bundle.json").read_text())
    (copy / "bundle.json").write_text(json.dumps({**card, "format": 99}))
    sign(copy)
    with pytest.raises(ModelError, match="of format 99, this neuroaffect reads format 3"):
        AffectModel.load(copy)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bundle.json", b"[]"),
        ("bundle.json", b"\xff"),
        ("bundle.json", b'{"format": 2}'),
        ("network.onnx", b"no graph"),
        ("pipeline.toml", b"name = "),
    ],
)
def test_nonsense_with_matching_sums_is_refused(copy, name, content):
    (copy / name).write_bytes(content)
    sign(copy)
    with pytest.raises(ModelError, match="train anew"):
        AffectModel.load(copy)


def test_a_pipeline_changed_together_with_its_sum_is_refused(copy):
    text = (copy / "pipeline.toml").read_text()
    (copy / "pipeline.toml").write_text(text.replace("hop_s = 0.25", "hop_s = 0.5"))
    sign(copy)
    with pytest.raises(ModelError, match="pipeline 'small' has fingerprint"):
        AffectModel.load(copy)


def test_a_card_that_does_not_fit_the_graph_is_refused(copy):
    card = json.loads((copy / "bundle.json").read_text())
    (copy / "bundle.json").write_text(json.dumps({**card, "targets": card["targets"][:1]}))
    sign(copy)
    with pytest.raises(ModelError, match=r"\(4, 2, 4\), bundle.json says \(4, 2, 2\)"):
        AffectModel.load(copy)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(ModelError, match="is no bundle folder"):
        AffectModel.load(tmp_path / "nowhere")


def test_a_pipeline_with_other_features_is_refused(model):
    with pytest.raises(ModelError, match="fingerprint"):
        model.check_pipeline(model.pipeline.model_copy(update={"hop_s": 0.5}))


def test_a_pipeline_with_another_network_is_accepted(model):
    network = model.pipeline.network.model_copy(update={"name": "logistic"})
    model.check_pipeline(model.pipeline.model_copy(update={"network": network}))


def test_the_training_streams_are_accepted(model):
    model.check_streams(streams())


def test_more_channels_in_another_order_are_accepted(model):
    model.check_streams(streams(channels=("Cz", *reversed(CHANNELS))))


def test_a_stream_without_a_trained_channel_is_refused(model):
    with pytest.raises(ModelError, match="'cap' has no channel O1, O2; the model was trained on"):
        model.check_streams(streams(channels=("AF3", "T7", "Pz")))


@pytest.mark.parametrize("rate_hz", [125.0, 131.0, 256.0])
def test_a_rate_more_than_two_percent_off_is_refused(model, rate_hz):
    with pytest.raises(ModelError, match=f"runs at {rate_hz:g} Hz; .* trained at 128 Hz"):
        model.check_streams(streams(rate_hz=rate_hz))


@pytest.mark.parametrize("rate_hz", [127.0, 130.0])
def test_a_rate_up_to_two_percent_off_is_accepted(model, rate_hz):
    model.check_streams(streams(rate_hz=rate_hz))


def test_a_source_without_the_stream_is_refused(model):
    with pytest.raises(ModelError, match=r"0 fit; the source offers wrist \(eda\)"):
        model.check_streams({"wrist": streams()["wrist"]})
