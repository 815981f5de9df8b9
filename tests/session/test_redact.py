"""Who recorded where does not leave the machine in a header; what a stream is stays."""

import socket
from xml.etree import ElementTree

import pytest

from neuroaffect.session import redact
from neuroaffect.session.redact import anonymise

HEADER = """<info><name>lab-pc-7 cap</name><type>EEG</type><source_id>Muse-LAB-PC-7-0055</source_id>
<hostname>lab-pc-7.uni.example</hostname><v4address>10.1.2.3</v4address><uid>1efc</uid><desc>
<manufacturer>Muse</manufacturer><operator>Ada Lovelace</operator><login>ada</login>
<channels><channel><label>ada</label><unit>microvolts</unit></channel></channels>{}</desc></info>"""


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "recorder-2.uni.example")
    monkeypatch.setattr(redact.getpass, "getuser", lambda: "grace")


def redacted(inner: str = "") -> ElementTree.Element:
    info = ElementTree.fromstring(HEADER.format(inner))
    anonymise(info)
    return info


@pytest.mark.parametrize(
    "tag", ["hostname", "v4address", "uid", "desc/operator", "desc/login"]
)  # fmt: skip
def test_an_element_that_names_host_or_user_is_emptied(tag):
    assert redacted().findtext(tag) == ""


@pytest.mark.parametrize(
    ("tag", "text"),
    [("name", "lab-pc-7 cap"), ("type", "EEG"), ("desc/manufacturer", "Muse"),
     ("desc/channels/channel/label", "ada"), ("desc/channels/channel/unit", "microvolts")],
)  # fmt: skip
def test_what_a_stream_is_found_by_stays(tag, text):
    assert redacted().findtext(tag) == text


def test_a_source_id_keeps_what_tells_devices_apart():
    assert redacted().findtext("source_id") == "Muse-host-0055"


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("recorded on lab-pc-7.uni.example", "recorded on host"),
        ("sent by Recorder-2", "sent by host"),
        ("grace, ada", "user, user"),
        ("graceful adapter", "graceful adapter"),
        ("/home/ada.l/lab/run.py", "/home/user/lab/run.py"),
        (r"C:\Users\Ada L\run.py", r"C:\Users\user L\run.py"),
        ("ask ada.l@uni.example", "ask address"),
        ("tcp://192.168.0.17:5000", "tcp://address:5000"),
        ("00:55:DA:B3:12:7F", "00:55:DA:B3:12:7F"),
    ],
)
def test_names_in_any_text_of_the_description_are_replaced(told, left):
    info = redacted(f"<acquisition><note>{told}</note></acquisition>")
    assert info.findtext("desc/acquisition/note") == left


def test_a_firmware_version_is_no_address():
    assert redacted("<firmware>2.12.1.0</firmware>").findtext("desc/firmware") == "2.12.1.0"


def test_names_everybody_has_are_not_looked_for(monkeypatch):
    monkeypatch.setattr(redact.getpass, "getuser", lambda: "root")
    info = redacted("<note>root mean square</note>")
    assert info.findtext("desc/note") == "root mean square"


def test_a_user_without_a_name_is_no_fault(monkeypatch):
    def nobody():
        raise KeyError("uid not found")

    monkeypatch.setattr(redact.getpass, "getuser", nobody)
    assert redacted().findtext("hostname") == ""
