"""Any change to a file's bytes ends in data or one typed error, in few steps and little memory."""

import io
import random
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
import pyxdf
from xdf_pieces import chunk, info, samples

from neuroaffect.errors import SessionError
from neuroaffect.session import ClockOffset, Packet, RawStream, SessionWriter
from neuroaffect.session.xdf import BOUNDARY, MAGIC, Tag, pack_chunk, pack_length
from neuroaffect.session.xdf_chunks import LEAST_MEMORY, MOST_MEMORY, open_chunks
from neuroaffect.session.xdf_read import read_xdf, scan_xdf
from neuroaffect.session.xdf_repair import repair_chunks

CI_MUTATIONS = 20_000
SHARD = 1000
REPAIRED, BY_PYXDF, TRACED = 5, 50, 100  # every how-manieth mutation is also …

NUMBERS = (
    0,
    1,
    2,
    3,
    5,
    6,
    8,
    9,
    127,
    255,
    2**16 - 1,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**63,
    2**64 - 1,
)
STAMPS = (float("nan"), float("inf"), -1e308, 1e308, 5e-324, 0.0, -1e5, 1e5)


def session(tmp_path):
    """Write a small session of ours: int16, texts, offsets, events, boundaries."""
    path = tmp_path / "session.xdf"
    rng = np.random.default_rng(3)
    eeg = RawStream(
        id=1, name="cap", type="EEG", rate_hz=100.0, format="int16",
        labels=("Fp1", "Cz"), units=("uV", "uV"), types=("EEG", "EEG"),
    )  # fmt: skip
    marks = RawStream(
        id=2, name="marks", type="Markers", rate_hz=0.0, format="string",
        labels=("mark",), units=("",), types=("",),
    )  # fmt: skip
    with SessionWriter(path) as writer:
        writer.add(eeg)
        writer.add(marks)
        for k in range(8):
            values = rng.integers(-300, 300, (6, 2)).astype(np.int16)
            writer.write(Packet(1, 5.0 + k + np.arange(6) / 100, values))
            writer.write(ClockOffset(1, 5.0 + k, 0.01 * k))
            writer.write(Packet(2, np.array([5.5 + k]), np.array([[f"märk {k}"]], object)))
            writer.event("trial-start", time=5.0 + k, trial=str(k))
    return path.read_bytes()


def foreign():
    """Make a file as others write it: stamps left out, several formats, no footer."""
    parts = [
        chunk(Tag.STREAM_HEADER, info(), 1),
        chunk(Tag.STREAM_HEADER, info(channel_format="double64", channel_count=3), 2),
        chunk(Tag.STREAM_HEADER, info(channel_format="string", nominal_srate=0), 3),
    ]
    for k in range(6):
        mixed = samples((float(k), 1), (None, 2), (None, 3), (k + 0.4, 4), (None, 5))
        doubles = b"\x01\x01" + struct.pack("<Bdddd", 8, k, 1.0, 2.0, 3.0)
        text = b"\x01\x01" + struct.pack("<Bd", 8, k) + b"\x01\x05hello"
        parts += [
            chunk(Tag.SAMPLES, mixed, 1),
            chunk(Tag.SAMPLES, doubles, 2),
            chunk(Tag.SAMPLES, text, 3),
            chunk(Tag.CLOCK_OFFSET, struct.pack("<dd", k, 0.25), 1),
            pack_chunk(Tag.BOUNDARY, BOUNDARY),
        ]
    return MAGIC + b"".join(parts)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory, request):
    """Return whole files of a few kB; the last is packed."""
    clips = request.path.parent.parent / "data/xdf_examples"
    made = session(tmp_path_factory.mktemp("seed"))
    real = [(clips / name).read_bytes() for name in ("minimal.xdf", "empty_streams.xdf")]
    return [made, foreign(), *real, zlib.compress(foreign())]


def mutated(data, other, rng):
    """Return the bytes after one to eight changes."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3, 8])):
        place = rng.randrange(len(data) + 1)
        span = slice(place, place + rng.choice([1, 2, 4, 9, 40, 300]))
        match rng.randrange(9):
            case 0:
                data[place : place + 1] = bytes([rng.randrange(256)])
            case 1:
                data[place : place + 1] = bytes(b ^ 1 << rng.randrange(8) for b in data[place:][:1])
            case 2:
                del data[span]
            case 3:
                data[place:place] = data[span]
            case 4:
                data[place:place] = rng.randbytes(rng.randrange(1, 30))
            case 5:
                del data[place:]
            case 6:
                number = rng.choice(NUMBERS).to_bytes(8, "little")[: rng.choice([1, 2, 4, 8])]
                data[place : place + len(number)] = number
            case 7:
                data[place : place + 8] = struct.pack("<d", rng.choice(STAMPS))
            case 8:
                spliced(data, other, rng)
        if not data:
            break
    return bytes(data)


def spliced(data, other, rng):
    """Put chunks of another file, or of this one, where one of this one's chunks starts."""
    ours, theirs = starts(bytes(data)), starts(other)
    source, places = (other, theirs) if rng.random() < 0.5 else (bytes(data), ours)
    first = rng.choice(places)
    piece = source[first : rng.choice([place for place in places if place >= first])]
    place = rng.choice(ours)
    data[place : place + rng.choice([0, len(piece)])] = piece


def starts(data):
    """Return where the chunks of a file start, as far as they can be followed."""
    places = [0]
    place = len(MAGIC)
    while place < len(data) and data[place] in {1, 4, 8}:
        places.append(place)
        size = data[place]
        place += 1 + size + int.from_bytes(data[place + 1 : place + 1 + size], "little")
    return places


class Counted(io.BytesIO):
    """A file that counts what is asked of it."""

    def __init__(self, data):
        super().__init__(data)
        self.bytes, self.calls = 0, 0

    def read(self, size=-1):
        found = super().read(size)
        self.bytes += len(found)
        self.calls += 1
        return found


def outcome(source):
    """Read all of it, holding one item at a time; return the defects, or the one sentence."""
    try:
        contents = scan_xdf(source)
        for item in read_xdf(source, absurd=contents.absurd):
            assert isinstance(item, Packet | ClockOffset)
    except SessionError as error:
        return (str(error),)
    return (*contents.defects, *contents.doubts, *contents.notes)


def survive(data):
    """Read the bytes; steps and bytes read stay in proportion to the size, whatever it holds."""
    file = Counted(data)
    sentences = outcome(file)
    assert not any("\n" in sentence for sentence in sentences)
    searched = 2 * 2**12 * (data.count(BOUNDARY) + 1)  # each search for a boundary reads a block
    assert file.bytes <= 2 * (4 * len(data) + searched)
    assert file.calls <= 2 * (4 * len(data) + 64)


def survive_repair(data, *, by_pyxdf):
    """Repair the bytes: either nothing can be saved, or the result has no defect."""
    target = io.BytesIO()
    try:
        saved = repair_chunks(data, target)
    except SessionError:
        return
    contents = scan_xdf(target.getvalue())
    assert contents.defects == ()
    kept = {stream.id: stream.samples for stream in saved.streams}
    for stream, count in zip(contents.streams, contents.samples, strict=True):
        assert kept[stream.id] == count
    if by_pyxdf:
        target.seek(0)
        streams, _ = pyxdf.load_xdf(target, synchronize_clocks=False, dejitter_timestamps=False)
        counts = {s["info"]["stream_id"]: len(s["time_stamps"]) for s in streams}
        assert counts == kept


def fuzz(seeds, shard, count):
    rng = random.Random(shard)
    for k in range(count):
        seed = seeds[k % len(seeds)]
        data = mutated(seed, rng.choice(seeds), rng)
        survive(data)
        if k % REPAIRED == 0:
            survive_repair(data, by_pyxdf=k % BY_PYXDF == 0)


@pytest.mark.filterwarnings("ignore::RuntimeWarning:pyxdf")
@pytest.mark.parametrize("shard", range(CI_MUTATIONS // SHARD))
def test_a_mutated_file_ends_in_data_or_one_sentence_and_can_be_repaired(seeds, shard):
    fuzz(seeds, shard, SHARD)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.filterwarnings("ignore::RuntimeWarning:pyxdf")
@pytest.mark.parametrize("shard", range(1000, 1020))
def test_a_million_mutations_end_in_data_or_one_sentence(seeds, shard):
    fuzz(seeds, shard, 50_000)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_mutations_of_a_large_real_file_end_in_data_or_one_sentence(clips):
    whole = (clips / "xdf_examples/clock_resets.xdf").read_bytes()
    fuzz([whole], 7, 1000)


def peak_of(data):
    tracemalloc.start()
    try:
        outcome(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_mutated_files_take_little_memory(seeds):
    rng = random.Random(5)
    for k in range(TRACED):
        data = mutated(seeds[k % 4], seeds[(k + 1) % 4], rng)
        assert peak_of(data) <= LEAST_MEMORY + MOST_MEMORY * len(data)


MANY = 20_000
TEXTS = info(channel_format="string", nominal_srate=0)
BYTES = info(channel_format="int8")
EVENTS = info(name="neuroaffect-events", channel_format="string", nominal_srate=0)


def texts(text, count):
    data = text.encode()
    sample = b"\0" + pack_length(len(data)) + data
    return chunk(Tag.SAMPLES, pack_length(count) + sample * count)


def event(line):
    return chunk(Tag.SAMPLES, pack_length(1) + b"\0" + pack_length(len(line)) + line)


def header(**fields):
    return chunk(Tag.STREAM_HEADER, info(**fields))


GREEDY = {
    "short texts": chunk(Tag.STREAM_HEADER, TEXTS) + texts("\u0101", MANY),
    "a wide letter": chunk(Tag.STREAM_HEADER, TEXTS) + texts("a" * 200_000 + "\U0001f600", 1),
    "bytes without stamps": chunk(Tag.STREAM_HEADER, BYTES)
    + chunk(Tag.SAMPLES, pack_length(10 * MANY) + b"\0\5" * 10 * MANY),
    "attributes": header(desc='<a b=""/>' * MANY),
    "elements": header(desc="<a/>" * MANY),
    "depth": header(desc="<a>" * MANY + "</a>" * MANY),
    "channels": header(
        channel_count=MANY,
        desc=f"<channels>{'<channel><label>a</label></channel>' * MANY}</channels>",
    ),
    "headers": b"".join(
        chunk(Tag.STREAM_HEADER, info(channel_count=4000), id) for id in range(500)
    ),
    "long names": b"".join(
        chunk(Tag.STREAM_HEADER, info(name="x" * 50_000, nominal_srate="nan"), id)
        for id in range(8)
    ),
    "offsets": header()
    + b"".join(
        chunk(Tag.CLOCK_OFFSET, struct.pack("<dd", k + 1.0, 1.0)) for k in range(MANY)
    ),
    "an event of lists": chunk(Tag.STREAM_HEADER, EVENTS)
    + event(b'{"event":"a","x":[' + b"[]," * MANY + b"1]}"),
    "an event of brackets": chunk(Tag.STREAM_HEADER, EVENTS) + event(b"[" * 100_000),
}  # fmt: skip


@pytest.mark.parametrize("kind", GREEDY)
def test_what_is_small_on_disk_stays_in_proportion_in_memory(kind):
    data = MAGIC + GREEDY[kind]
    assert peak_of(data) <= LEAST_MEMORY + MOST_MEMORY * len(data)
    # What does not grow with the file is far less here; the multiple itself is kept too.
    assert peak_of(data) <= 2**17 + MOST_MEMORY * len(data)


def test_many_boundaries_are_searched_in_small_steps():
    damage = b"\x07" + pack_chunk(Tag.BOUNDARY, BOUNDARY)
    file = Counted(MAGIC + header() + damage * 5000)
    outcome(file)
    assert file.bytes < 2 * 5000 * 3 * 2**12  # and not 5000 times the rest of the file


def test_a_mutated_packed_file_is_read_in_bounded_steps(seeds):
    data = seeds[-1]
    for place in range(0, len(data), 3):
        survive(data[:place] + bytes([data[place] ^ 0x5A]) + data[place + 1 :])


def test_an_endless_generator_of_chunks_is_no_hang():
    with open_chunks(MAGIC + b"\x01\x02\x09\x00" * MANY) as chunks:
        assert list(chunks) == []
        assert chunks.defects.sentences()[-1].startswith("and ")
