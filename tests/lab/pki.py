"""Certificates of the lab, good and bad, by Debian's openssl."""

import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

from plan import CRL, OCSP


def openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"openssl {' '.join(arguments)}:\n{done.stderr}")
    return done.stdout


def stamp(when: datetime) -> str:
    return when.strftime("%Y%m%d%H%M%SZ")


CONFIG = """
[ca]
default_ca = ca
[ca]
dir = {dir}
database = {dir}/index.txt
new_certs_dir = {dir}/new
serial = {dir}/serial
crlnumber = {dir}/crlnumber
default_md = {md}
default_days = 90
default_crl_days = 30
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
[req]
distinguished_name = dn
prompt = no
[dn]
CN = lab
[v3_ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
{revocation}
"""


class Authority:
    """One authority: signs leaves and intermediates, revokes, writes CRLs."""

    def __init__(self, root: Path, name: str, parent: "Authority | None" = None, md="sha256", revocation="both",
                 window: tuple | None = None, house="Lab"):
        self.dir = root / name
        (self.dir / "new").mkdir(parents=True)
        for file, text in (("index.txt", ""), ("serial", "1000\n"), ("crlnumber", "1000\n")):
            (self.dir / file).write_text(text)
        lines = {
            "both": f"authorityInfoAccess = OCSP;URI:http://{OCSP[0]}:{OCSP[1]}/\ncrlDistributionPoints = URI:http://{CRL[0]}/{name}.crl",
            "crl": f"crlDistributionPoints = URI:http://{CRL[0]}/{name}.crl",
            "mute": f"authorityInfoAccess = OCSP;URI:http://{OCSP[0]}:9/",
            "none": "",
        }[revocation]
        self.config = self.dir / "ca.cnf"
        self.config.write_text(CONFIG.format(dir=self.dir, md=md, revocation=lines))
        self.key, self.cert, self.parent = self.dir / "ca.key", self.dir / "ca.pem", parent
        openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", str(self.key))
        if parent is None:
            openssl("req", "-x509", "-new", "-key", str(self.key), "-sha256", "-days", "3650", "-subj", f"/CN={house} {name}",
                    "-config", str(self.config), "-extensions", "v3_ca", "-out", str(self.cert))
        else:
            parent.sign(self.key, self.cert, f"Lab {name}", "v3_ca", window)

    def sign(self, key: Path, cert: Path, name: str, section: str, window: tuple | None = None, san: str = "") -> None:
        request = cert.with_suffix(".csr")
        extra = ["-addext", f"subjectAltName={san}"] if san else []
        openssl("req", "-new", "-key", str(key), "-subj", f"/CN={name}", "-config", str(self.config), *extra, "-out", str(request))
        now = datetime.now(timezone.utc)
        start, end = window or (now - timedelta(days=2), now + timedelta(days=80))
        openssl("ca", "-batch", "-notext", "-config", str(self.config), "-cert", str(self.cert), "-keyfile", str(self.key),
                "-extensions", section, "-startdate", stamp(start), "-enddate", stamp(end), "-in", str(request), "-out", str(cert))

    def revoke(self, cert: Path) -> None:
        openssl("ca", "-config", str(self.config), "-cert", str(self.cert), "-keyfile", str(self.key), "-revoke", str(cert))

    def crl(self, out: Path) -> None:
        pem = out.with_suffix(".pem")
        openssl("ca", "-config", str(self.config), "-cert", str(self.cert), "-keyfile", str(self.key), "-gencrl", "-out", str(pem))
        openssl("crl", "-in", str(pem), "-outform", "DER", "-out", str(out))


def new_key(path: Path, kind: str) -> None:
    if kind.startswith("rsa"):
        openssl("genrsa", "-out", str(path), kind.removeprefix("rsa"))
    else:
        openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", str(path))


class Pki:
    """All authorities and the leaf of every host."""

    def __init__(self, root: Path):
        self.root = root
        root.mkdir(parents=True)
        now = datetime.now(timezone.utc)
        day = timedelta(days=1)
        self.top = Authority(root, "root")
        self.middle = Authority(root, "intermediate", self.top)
        self.crl_only = Authority(root, "crl-only", self.top, revocation="crl")
        self.sha1 = Authority(root, "sha1", self.top, md="sha1", revocation="none")
        self.old = Authority(root, "old", self.top, revocation="none", window=(now - 400 * day, now - 5 * day))
        self.stranger = Authority(root, "stranger", revocation="none", house="Elsewhere")
        self.mute = Authority(root, "mute", self.top, revocation="mute")
        self.windows = {
            "expired": (now - 90 * day, now - 3 * day),
            "future": (now + 3 * day, now + 90 * day),
            "short": (now - 1 * day, now + 5 * day),
        }

    def leaf(self, host: str, kind: str, tag: str = "") -> tuple[Path, Path]:
        """(chain, key) of a host's certificate of this kind."""
        base = self.root / f"{host}{tag}".replace(".", "_")
        key, cert, chain = base.with_suffix(".key"), base.with_suffix(".crt"), base.with_suffix(".chain")
        new_key(key, {"rsa1024": "rsa1024", "rsa": "rsa2048"}.get(kind, "ec"))
        name = "elsewhere.example" if kind == "other_name" else host
        san = f"DNS:{name}"
        if kind == "self_signed":
            openssl("req", "-x509", "-new", "-key", str(key), "-sha256", "-days", "80", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={san}", "-out", str(cert))
            chain.write_text(cert.read_text())
            return chain, key
        issuer = {"unknown_ca": self.stranger, "sha1": self.sha1, "old_intermediate": self.old,
                  "revoked_crl": self.crl_only, "mute_responder": self.mute}.get(kind, self.middle)
        issuer.sign(key, cert, name, "leaf", self.windows.get(kind), san)
        if kind.startswith("revoked"):
            issuer.revoke(cert)
        above = "" if kind in ("no_intermediate", "unknown_ca") else issuer.cert.read_text()
        chain.write_text(cert.read_text() + above)
        return chain, key

    def finish(self, crl_folder: Path) -> None:
        crl_folder.mkdir(parents=True, exist_ok=True)
        for authority in (self.middle, self.crl_only, self.top):
            authority.crl(crl_folder / f"{authority.dir.name}.crl")
