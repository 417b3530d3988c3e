"""The address plan of the lab. Documentation prefixes (RFC 5737, RFC 3849) that exist only inside its namespaces."""

from pathlib import Path

WEB = "emslab-web"  # every server
AGENT = "emslab-a"  # a vantage point with both families
AGENT_V4 = "emslab-4"  # a vantage point without IPv6

AGENT_LOSSY = "emslab-l"  # a vantage point behind a bad line (relay.py)

DOMAIN = "lab.gov.vn"
FOREIGN = "foreign.example"

# (namespace, its addresses, the web side's addresses) of each veth pair.
LINKS = [
    (AGENT, ["203.0.113.1/30", "2001:db8:a::1/64"], ["203.0.113.2/30", "2001:db8:a::2/64"]),
    (AGENT_V4, ["203.0.113.5/30"], ["203.0.113.6/30"]),
]

LOSSY_LINK = (["203.0.113.9/30", "2001:db8:b::1/64"], ["203.0.113.10/30", "2001:db8:b::2/64"])

ROUTED_V4 = ["192.0.2.0/24", "198.51.100.0/24"]
ROUTED_V6 = ["2001:db8::/64", "2001:db8:53::/64"]

RESOLVER = "198.51.100.1"
RESOLVER_TWO = "198.51.100.2"
REFERENCE_V4 = "198.51.100.11"
REFERENCE_V6 = "2001:db8:53::11"
# Authoritative servers: sound ones, and one that misbehaves per address.
NS = [("ns1", "198.51.100.53", "2001:db8:53::53"), ("ns2", "198.51.100.54", "2001:db8:53::54")]
BAD_NS = {
    "servfail": "198.51.100.61",
    "timeout": "198.51.100.62",
    "refused": "198.51.100.63",
    "lame": "198.51.100.64",
    "aaaa-timeout": "198.51.100.65",
    "aaaa-nxdomain": "198.51.100.66",
    "dead": "198.51.100.67",
}
OCSP = ("198.51.100.80", 2560)
CRL = ("198.51.100.81", 80)


def v4(number: int) -> str:
    return f"192.0.2.{number}"


def v6(number: int) -> str:
    return f"2001:db8::{number:x}"


def folder(argument: str | None) -> Path:
    """Where a built lab keeps its files."""
    return Path(argument or "/tmp/emslab").resolve()
