"""Take out of a stream's header who recorded where: hosts, users, addresses, ports."""

import getpass
import re
import socket
from collections.abc import Iterable
from xml.etree.ElementTree import Element

__all__ = ["anonymise"]

# What tells who recorded where; LSL puts most of it into every header.
_PRIVATE = {
    "hostname", "host", "v4address", "v6address", "v4data_port", "v4service_port", "v6data_port",
    "v6service_port", "uid", "user", "username", "user_name", "login", "computer", "computername",
    "computer_name", "machine", "machinename", "machine_name", "operator", "experimenter", "owner",
    "account", "email", "e-mail", "ip", "ip_address", "ipaddress",
}  # fmt: skip

_HOST_TAGS = {"hostname", "host", "computer", "computername", "computer_name", "machine"}
_USER_TAGS = {"user", "username", "user_name", "login", "account"}

_NOBODY = {"localhost", "localdomain", "root", "user", "host", "admin", "administrator"}
_LONG_ENOUGH = 3  # shorter words name too much else
_HOME = re.compile(r"((?:/home/|/Users/|[A-Za-z]:\\Users\\|[A-Za-z]:/Users/))[^/\\\s<>\"']+")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")


def anonymise(info: Element) -> None:
    """Take host names, user names, addresses and ports out of an ``<info>``, in place.

    Elements that hold nothing else are emptied. In the texts of all others, up to the
    description's leaves, these are replaced: the sender's and this machine's name, the name of
    who is logged in here, the owner in a path to a home, e-mail and IPv4 addresses. What a
    stream is found and understood by (name, type, labels, units, maker) stays, and so do MAC
    addresses and serial numbers, by which a device is told from its twin.
    """
    named = [
        *((name, "host") for name in _hosts(info)),
        *((name, "user") for name in _users(info)),
    ]
    kept = _kept(info)
    for element in info.iter():
        if element.tag.lower() in _PRIVATE:
            element.text = None
        elif element.text and element not in kept:
            element.text = _without(element.text, element.tag.lower(), named)


def _kept(info: Element) -> set[Element]:
    """Return what a stream is found and understood by: a host called "muse" must not change it."""
    told = [element for element in info if element.tag not in {"source_id", "desc"}]
    channels = [inner for element in info.iterfind("desc/channels") for inner in element.iter()]
    makers = [element for element in info.iter() if element.tag in {"manufacturer", "model"}]
    return {*told, *channels, *makers}


def _hosts(info: Element) -> set[str]:
    told = {element.text or "" for element in info.iter() if element.tag.lower() in _HOST_TAGS}
    return _names({*told, socket.gethostname()})


def _users(info: Element) -> set[str]:
    told = {element.text or "" for element in info.iter() if element.tag.lower() in _USER_TAGS}
    return _names({*told, *_logged_in()})


def _logged_in() -> Iterable[str]:
    try:
        yield getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user need not have a name
        return


def _names(texts: Iterable[str]) -> set[str]:
    """Return names long and rare enough to be looked for, each also without its domain."""
    words = {text.strip() for text in texts}
    words |= {word.split(".")[0] for word in words}
    return {w for w in words if len(w) >= _LONG_ENOUGH and w.lower() not in _NOBODY}


def _without(text: str, tag: str, named: Iterable[tuple[str, str]]) -> str:
    # The longest first, or "lab-pc.uni.edu" would leave its domain behind.
    for name, instead in sorted(named, key=lambda pair: -len(pair[0])):
        whole = rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
        text = re.sub(whole, instead, text, flags=re.IGNORECASE)
    text = _EMAIL.sub("address", _HOME.sub(r"\1user", text))
    # "2.12.1.0" of a firmware looks like an address.
    return text if "version" in tag or "firmware" in tag else _ADDRESS.sub("address", text)
