"""The network as LSL uses it: an own stream found and heard, multicast, ports, configuration.

Ports and groups: https://labstreaminglayer.readthedocs.io/info/network-connectivity.html
"""

import configparser
import socket
import struct
import time
import uuid

import numpy as np

from neuroaffect.acquire.tuning import config_file
from neuroaffect.doctor.finding import Finding
from neuroaffect.errors import StreamError
from neuroaffect.session.raw import RawStream

__all__ = [
    "addresses",
    "configuration",
    "discovery_port",
    "library",
    "multicast",
    "ports",
    "round_trip",
]

DISCOVERY_PORT = 16571
DATA_PORTS = range(16572, 16605)
GROUPS = ("224.0.0.183", "239.255.172.215")
FEW_PORTS = 8  # a stream takes two; below this a second headset may find none
OLD_LIBLSL = 118  # what came before may abort the process when a stream is lost (bad_weak_ptr)
SETTINGS = (
    ("lab", "SessionID"), ("lab", "KnownPeers"), ("multicast", "ResolveScope"),
    ("ports", "MulticastPort"), ("ports", "BasePort"), ("ports", "PortRange"), ("ports", "IPv6"),
)  # fmt: skip

_PEERS = "name the other machines in lsl_api.cfg, section [lab], KnownPeers = {192.168.0.2}"


def library() -> Finding:
    """Which pylsl and liblsl; to be asked in a process of its own, for it loads the library."""
    from neuroaffect.acquire.outlet import tuned

    lsl = tuned()
    version = lsl.library_version()
    text = f"pylsl {lsl.__version__}, liblsl {version // 100}.{version % 100}"
    if version < OLD_LIBLSL:
        return Finding(
            name="LSL library", state="advice",
            text=f"{text} is old: it may abort when a stream is lost; pip install -U pylsl, and "
            "unset PYLSL_LIB if it names another library",
        )  # fmt: skip
    return Finding(name="LSL library", state="ok", text=text)


def round_trip(timeout_s: float = 8.0) -> Finding:
    """Offer a stream, find it, measure its clock offset, send a sample and hear it.

    To be asked in a process of its own.
    """
    from neuroaffect.acquire.lsl import LslSource
    from neuroaffect.acquire.outlet import RawOutlet, tuned

    word = uuid.uuid4().hex[:12]
    raw = RawStream(
        id=1, name=f"neuroaffect-doctor-{word}", type="EEG", source_id=word, rate_hz=0.0,
        format="double64", labels=("t",), units=("s",), types=("",),
    )  # fmt: skip
    clock = tuned().local_clock
    outlet = RawOutlet(raw, source_id=word)
    began = clock()
    try:
        with LslSource([f"name={raw.name}"], timeout_s=timeout_s) as source:
            found_s = clock() - began
            source.go_live()
            latency_s, offset_s = _heard(outlet, source, clock)
    except StreamError:
        return Finding(
            name="round trip", state="fault",
            text=f"an outlet of this very machine is not found in {timeout_s:g} s; a firewall or "
            f"a virtual network adapter blocks UDP port {DISCOVERY_PORT}, or lsl_api.cfg sends "
            "discovery elsewhere: allow Python through, or set KnownPeers = {127.0.0.1}",
        )  # fmt: skip
    finally:
        outlet.close()
    if latency_s is None:
        return Finding(
            name="round trip", state="fault",
            text="an own outlet is found but its samples do not arrive; a firewall blocks TCP "
            f"ports {DATA_PORTS.start} to {DATA_PORTS.stop - 1}: allow Python through",
        )  # fmt: skip
    return Finding(
        name="round trip", state="ok",
        text=f"own outlet found and opened in {found_s:.2f} s, samples arrive after "
        f"{1000 * latency_s:.2f} ms (median), clock offset measured {1000 * offset_s:.3f} ms",
    )  # fmt: skip


def _heard(outlet: object, source: object, clock: object) -> tuple[float | None, float]:
    """Return the median time a sample is under way, None if none arrives, and the offset."""
    delays = []
    for _ in range(11):
        now = clock()
        outlet.push(np.array([[now]]), np.array([now]))
        got = source.get(2.0)
        if got is None:
            return None, float("nan")
        delays.append(clock() - float(got[1].data[0, 0]))
        time.sleep(0.02)
    return float(np.median(delays)), float(got[1].times[-1] - got[1].data[-1, 0])


def multicast() -> Finding:
    """Does a multicast datagram of ours come back: what discovery between machines needs."""
    deaf = [group for group in GROUPS if not _comes_back(group)]
    if not deaf:
        return Finding(name="multicast", state="ok", text=f"{', '.join(GROUPS)} come back")
    return Finding(
        name="multicast", state="advice",
        text=f"{', '.join(deaf)} does not come back; streams of other machines may stay unseen: "
        f"{_PEERS}",
    )  # fmt: skip


def _comes_back(group: str) -> bool:
    word = uuid.uuid4().bytes
    try:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ears,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth,
        ):
            ears.bind(("", 0))
            joined = struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton("0.0.0.0"))
            ears.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
            ears.settimeout(0.5)
            mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
            mouth.sendto(word, (group, ears.getsockname()[1]))
            return ears.recv(64) == word
    except OSError:
        return False


def discovery_port() -> Finding:
    """Can the port by which streams are asked for be shared, as all LSL programs must do."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("", DISCOVERY_PORT))
            joined = struct.pack("4s4s", socket.inet_aton(GROUPS[0]), socket.inet_aton("0.0.0.0"))
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
    except OSError as error:
        reason = error.strerror or error
        return Finding(
            name="discovery", state="advice",
            text=f"UDP port {DISCOVERY_PORT} cannot be listened to ({reason}): outlets here may "
            "not be found; end the program that keeps it for itself, or allow Python through "
            "the firewall",
        )  # fmt: skip
    return Finding(
        name="discovery", state="ok",
        text=f"UDP port {DISCOVERY_PORT} can be listened to, multicast group {GROUPS[0]} joined",
    )  # fmt: skip


def ports() -> Finding:
    """How many of LSL's data ports are free; every outlet takes one for TCP and one for UDP."""
    free = [port for port in DATA_PORTS if _is_free(port)]
    span = f"{DATA_PORTS.start} to {DATA_PORTS.stop - 1}"
    if len(free) >= FEW_PORTS:
        text = f"{len(free)} of {len(DATA_PORTS)} data ports ({span}) are free"
        return Finding(name="ports", state="ok", text=text)
    return Finding(
        name="ports", state="advice",
        text=f"only {len(free)} of {len(DATA_PORTS)} data ports ({span}) are free; close "
        "senders that are not needed, or set [ports] PortRange in lsl_api.cfg",
    )  # fmt: skip


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("", port))
        except OSError:
            return False
    return True


def addresses() -> Finding:
    """By which addresses other machines can reach this one."""
    found = [a for a in (_outward(socket.AF_INET), _outward(socket.AF_INET6)) if a]
    if found:
        return Finding(name="network", state="ok", text=f"reachable as {' and '.join(found)}")
    return Finding(
        name="network", state="advice",
        text="loopback only: streams of this machine are seen, others need a network "
        "(a headset on this machine needs none)",
    )  # fmt: skip


def _outward(family: socket.AddressFamily) -> str:
    """Return the address a datagram to the world would leave by; none is sent."""
    far = "203.0.113.1" if family == socket.AF_INET else "2001:db8::1"  # for documentation only
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            return probe.getsockname()[0]
    except OSError:
        return ""


def configuration() -> Finding:
    """Which lsl_api.cfg is in use, and what in it keeps streams apart."""
    path = config_file()
    if path is None:
        return Finding(
            name="LSL settings", state="ok",
            text="no lsl_api.cfg: every stream of the local network is seen; "
            f"where multicast is blocked, {_PEERS}",
        )  # fmt: skip
    config = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    try:
        config.read_string(path.read_text("utf-8", "replace"))
    except configparser.Error as error:
        first = str(error).splitlines()[0]
        return Finding(
            name="LSL settings", state="advice", text=f"{path} cannot be read: {first}; mend it"
        )
    said = [
        f"{key} = {config[section][key]}"
        for section, key in SETTINGS
        if config.has_section(section) and config[section].get(key)
    ]
    more = f"; {', '.join(said)}" if said else ""
    apart = "; only streams with the same SessionID are seen" if "SessionID" in more else ""
    return Finding(name="LSL settings", state="ok", text=f"{path}{more}{apart}")
