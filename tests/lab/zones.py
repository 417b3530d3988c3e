"""The name space of the lab: a signed root, vn, gov.vn and lab.gov.vn, and delegations that go wrong."""

import subprocess
from pathlib import Path

from hosts import EXTRA_NAMES, HOSTS
from plan import BAD_NS, DOMAIN, FOREIGN, NS

SOA = "3600 IN SOA ns1.{d}. hostmaster.{d}. 1 3600 600 864000 60".format(d=DOMAIN)


def servers(zone: str) -> list:
    return [f"{zone} 3600 IN NS {label}.{DOMAIN}." for label, _, _ in NS]


def glue() -> list:
    lines = []
    for label, four, six in NS:
        lines += [f"{label}.{DOMAIN}. 3600 IN A {four}", f"{label}.{DOMAIN}. 3600 IN AAAA {six}"]
    return lines


def addresses(host, owner: str) -> list:
    return [f"{owner} 60 IN A {a}" for a in host.v4()] + [f"{owner} 60 IN AAAA {a}" for a in host.v6()]


class Names:
    """Writes and signs the zones, and the configurations of nsd and unbound."""

    def __init__(self, root: Path):
        self.root = root
        root.mkdir(parents=True)
        self.zones: dict[str, Path] = {}

    def sign(self, zone: str, lines: list, signed: bool = True, ns: bool = True) -> list:
        """Writes a zone; returns the DS lines for its parent."""
        file = self.root / ((zone.rstrip(".") or "root") + ".zone")
        file.write_text("\n".join([f"{zone} {SOA}", *(servers(zone) if ns else []), *lines]) + "\n")
        self.zones[zone] = file
        if not signed:
            return []
        run = lambda *a: subprocess.run(a, cwd=self.root, check=True, capture_output=True, text=True).stdout
        key = run("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone).strip()
        if zone == ".":
            # The key itself, for testers that validate from a DNSKEY.
            (self.root / "anchor.key").write_text((self.root / f"{key}.key").read_text())
        run("ldns-signzone", "-n", "-f", f"{file}.signed", str(file), key)
        self.zones[zone] = Path(f"{file}.signed")
        return [(self.root / f"{key}.ds").read_text().strip()]

    def build(self) -> None:
        own, delegations = [*glue()], []
        for host in HOSTS:
            name = f"{host.name}."
            if host.dns == "plain":
                # A host that has no address at all still exists: it has a TXT record.
                own += addresses(host, name) + [f'{name} 60 IN TXT "{host.condition}"', f'{name} 60 IN CAA 0 issue "lab"']
            elif host.dns == "cname-loop":
                own += [f"{name} 60 IN CNAME loop.{name}", f"loop.{name} 60 IN CNAME {name}"]
            elif host.dns == "cname-dangling":
                own += [f"{name} 60 IN CNAME nowhere.absent.{DOMAIN}."]
            elif host.dns == "cname":
                own += [f"{name} 60 IN CNAME may-chu.{name}"] + addresses(host, f"may-chu.{name}")
            elif host.dns == "ns-v4-only":
                label, four, _ = NS[0]
                self.sign(name, [f"{name} 3600 IN NS {label}-v4.{DOMAIN}.", *addresses(host, name)], signed=False, ns=False)
                delegations += [f"{name} 3600 IN NS {label}-v4.{DOMAIN}."]
                own += [f"{label}-v4.{DOMAIN}. 3600 IN A {four}"]
            elif host.dns == "unsigned":
                self.sign(name, addresses(host, name), signed=False)
                delegations += servers(name)
            elif host.dns == "bogus":
                self.sign(name, addresses(host, name))
                delegations += servers(name) + [f"{name} 3600 IN DS 12345 13 2 {'ab' * 32}"]
            elif host.dns == "one-ns-dead":
                pair = [f"{name} 3600 IN NS ns1.{DOMAIN}.", f"{name} 3600 IN NS dead-ns.{DOMAIN}."]
                ds = self.sign(name, pair + addresses(host, name), ns=False)
                delegations += pair + ds
                own += [f"dead-ns.{DOMAIN}. 3600 IN A {BAD_NS['dead']}"]
            elif host.dns in BAD_NS:
                delegations += [f"{name} 3600 IN NS {host.dns}-ns.{DOMAIN}."]
                own += [f"{host.dns}-ns.{DOMAIN}. 3600 IN A {BAD_NS[host.dns]}"]
            elif host.dns != "absent":
                raise SystemExit(f"{host.id}: unknown dns `{host.dns}`")
        lab = self.sign(f"{DOMAIN}.", own + delegations)
        government = self.sign("gov.vn.", glue() + servers(f"{DOMAIN}.") + lab)
        country = self.sign("vn.", glue() + servers("gov.vn.") + government)
        foreign = [f"{name}. 60 IN A {address}" for name, address in EXTRA_NAMES.items() if name == FOREIGN]
        example = self.sign("example.", foreign)
        top = self.sign(".", glue() + servers("vn.") + country + servers("example.") + example)
        (self.root / "anchor").write_text("\n".join(top) + "\n")
        self.write_nsd()
        (self.root / "hints").write_text(
            "\n".join([f". 3600 IN NS {label}.{DOMAIN}." for label, _, _ in NS] + glue()) + "\n")

    def write_nsd(self) -> None:
        lines = ["server:", "  hide-version: yes", "  username: \"\"", f"  pidfile: {self.root}/nsd.pid", "  zonesdir: \"\"",
                 f"  xfrdfile: {self.root}/xfrd.state", f"  zonelistfile: {self.root}/zone.list", "  server-count: 1",
                 "  database: \"\"", "  chroot: \"\""]
        lines += [f"  ip-address: {address}" for _, four, six in NS for address in (four, six)]
        lines += ["remote-control:", "  control-enable: no"]
        for zone, file in self.zones.items():
            lines += ["zone:", f"  name: {zone}", f"  zonefile: {file}"]
        (self.root / "nsd.conf").write_text("\n".join(lines) + "\n")

    def unbound(self, address: str) -> Path:
        """Configuration of a validating resolver on this address."""
        file = self.root / f"unbound-{address}.conf"
        file.write_text(f"""server:
  interface: {address}
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  root-hints: {self.root}/hints
  trust-anchor-file: {self.root}/anchor
  username: ""
  chroot: ""
  directory: {self.root}
  pidfile: {self.root}/unbound-{address}.pid
  use-syslog: no
  do-daemonize: no
  logfile: ""
  verbosity: 0
  num-threads: 1
  qname-minimisation: no
  # The lab measures the world as it is now.
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  infra-host-ttl: 5
  infra-keep-probing: yes
  do-not-query-localhost: no
  module-config: "validator iterator"
remote-control:
  control-enable: no
""")
        return file
