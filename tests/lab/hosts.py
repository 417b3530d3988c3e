"""The hosts of the lab: one condition each, with what a perfect tester says of it.

`kind`  who serves it: "nginx", "fault:<behaviour>" (faults.py), "s_server:<options>", or "none".
`truth` what `ems-agent probe --json` must say; keys are paths into its output, values are what must stand there.
"""

from dataclasses import dataclass, field

from plan import DOMAIN, FOREIGN, v4, v6


@dataclass
class Host:
    id: str
    condition: str
    truth: dict
    kind: str = "nginx"
    kind6: str | None = None  # what the IPv6 side serves, where it differs
    cert: str = "good"
    cert6: str | None = None
    page: str = "portal"
    page6: str | None = None
    a: list = field(default_factory=lambda: ["own"])
    aaaa: list = field(default_factory=lambda: ["own"])
    dns: str = "plain"  # plain, or the name of a delegation or alias that zones.py makes
    block4: str | None = None  # nft verdict on port 443 and 80
    block6: str | None = None
    tls: str = ""  # further nginx lines
    files: dict = field(default_factory=dict)  # further files below the web root
    port80: bool = True
    listen: str = ""  # further words of nginx's listen line
    number: int = 0

    @property
    def name(self) -> str:
        return f"{self.id}.{DOMAIN}"

    def v4(self) -> list:
        return [v4(self.number) if a == "own" else a for a in self.a]

    def v6(self) -> list:
        return [v6(self.number) if a == "own" else a for a in self.aaaa]


def up(**more) -> dict:
    return {"available": True, "cause": None, "families.v4.state": "ok", "families.v6.state": "ok"} | more


def down(cause: str, **more) -> dict:
    return {"available": False, "cause": cause} | more


def only_v4(state6: str, cause6: str | None) -> dict:
    """Reachable over IPv4, with this on IPv6."""
    return {"available": True, "families.v4.state": "ok", "families.v6.state": state6, "families.v6.cause": cause6}


HSTS = "add_header Strict-Transport-Security max-age={};"
SECURITY_TXT = ".well-known/security.txt"
MODERN = "ssl_protocols TLSv1.2 TLSv1.3;"

HOSTS = [
    # --- A: sound, or strange but harmless -----------------------------------------------------------------
    Host("a01", "sound over both families",
         up(**{"http.https_redirect": True, "http.http_available": True, "http.hsts": "ok", "http.page_kind": "portal", "v4_v6_same": True,
               "http.security_txt": "ok", "dns.dnssec": "secure", "dns.ns_ok": "all", "dns.ns_ipv6": "all", "tls.state": "ok", "tls.ocsp": "good",
               "tls.versions": ["TLSv1.2", "TLSv1.3"], "tls.forward_secrecy": True, "tls.alpn": "h2", "domain_ok": True, "v6_slow": False}),
         tls=HSTS.format(31536000), listen="http2", files={SECURITY_TXT: "Contact: mailto:a@lab.gov.vn\nExpires: 2099-01-01T00:00:00Z\n"}),
    Host("a02", "first byte after two seconds: slow, but fine", up(), kind="fault:slow_2s"),
    Host("a03", "another token and clock in every answer, the same site", up(v4_v6_same=True), kind="fault:dynamic"),
    Host("a04", "six-day certificate with five days left: short-lived, but fresh", up(), cert="short"),
    Host("a05", "no AAAA record", only_v4("none", "dns_nodata"), aaaa=[]),
    Host("a06", "IPv6 only", {"available": True, "families.v4.state": "none", "families.v6.state": "ok"}, a=[]),
    Host("a07", "sets a cookie and redirects to itself until it comes back", up(), kind="fault:cookie"),
    Host("a08", "a news item about a maintenance of the power grid", up(**{"http.page_kind": "portal"}), page="news_maintenance"),
    Host("a09", "TLS 1.2 only, modern suites", up(), tls="ssl_protocols TLSv1.2;"),
    Host("a10", "a page of two megabytes", up(), page="large"),
    Host("a11", "gzip and chunked", up(), tls="gzip on; gzip_min_length 1;"),
    Host("a12", "two live addresses a family", up(), a=["own", v4(212)], aaaa=["own", v6(212)]),
    Host("a13", "TLS 1.2 with CBC suites only: reachable by a browser", up(),
         tls="ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:AES128-SHA;", cert="rsa"),
    Host("a14", "TLS 1.2 with RSA key exchange only: reachable by a browser", up(),
         tls="ssl_protocols TLSv1.2; ssl_ciphers AES128-GCM-SHA256:AES128-SHA;", cert="rsa"),
    Host("a15", "an unsigned zone", up(**{"dns.dnssec": "insecure"}), dns="unsigned"),
    Host("a16", "an empty shell that its script fills", up(**{"http.page_kind": "empty_shell"}), page="shell", files={"app.js": "fill()"}),
    Host("a17", "TLS 1.0 to 1.3: old versions besides good ones", up(**{"tls.versions": ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]}),
         tls="ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;"),
    Host("a18", "the OCSP responder cannot be reached", up(**{"tls.ocsp": "unknown"}), cert="mute_responder"),
    Host("a19", "port 80 closed: nothing to redirect", up(**{"http.http_available": False, "http.https_redirect": None}), port80=False),
    Host("a20", "half a year of HSTS", up(**{"http.hsts": "short"}), tls=HSTS.format(15552000)),
    Host("a21", "a security.txt that has expired", up(**{"http.security_txt": "expired"}),
         files={SECURITY_TXT: "Contact: mailto:a@lab.gov.vn\nExpires: 2020-01-01T00:00:00Z\n"}),
    Host("a22", "no security.txt, no HSTS", up(**{"http.security_txt": "absent", "http.hsts": "absent"})),
    Host("a23", "an alias to a name that exists", up(), dns="cname"),
    Host("a24", "one second between five parts of the body: slow, but it ends", up(), kind="fault:slow_body"),
    Host("a25", "no length: the end of the connection ends the body", up(), kind="fault:close_delimited"),
    Host("a26", "seven redirects to the page", up(), kind="fault:hops"),
    Host("a27", "sloppy header lines, as browsers forgive", up(), kind="fault:odd_header"),
    Host("a28", "news of the police about online gambling", up(**{"http.page_kind": "portal"}), page="news_gambling"),
    Host("a29", "a contact form with a captcha", up(**{"http.page_kind": "portal"}), page="form_captcha"),
    Host("a30", "an article about an error of a system", up(**{"http.page_kind": "portal"}), page="news_error"),
    Host("a31", "RSA key of 2,048 bits", up(), cert="rsa"),
    Host("a32", "name servers without IPv6", up(**{"dns.ns_ipv6": "none", "dns.ns_ok": "all"}), dns="ns-v4-only"),
    Host("a33", "port 80 serves the page instead of redirecting", up(**{"http.http_available": True, "http.https_redirect": False}), kind="fault:no_redirect"),
    # --- B: IPv6 -------------------------------------------------------------------------------------------
    Host("b01", "IPv6 port closed", only_v4("fail", "tcp_refused"), kind6="none"),
    Host("b02", "IPv6 packets vanish", only_v4("fail", "tcp_timeout"), block6="drop"),
    Host("b03", "IPv6 is answered with ICMP unreachable", only_v4("fail", "tcp_unreachable"), block6="reject"),
    Host("b04", "IPv6 serves the server's default page", only_v4("fail", "content_default_page"), page6="default"),
    Host("b05", "IPv6 serves an expired certificate", only_v4("fail", "tls_expired"), cert6="expired"),
    Host("b06", "AAAA is a unique local address", only_v4("none", None), aaaa=["fd00:db8::6"]),
    Host("b07", "AAAA questions time out", only_v4("fail", "dns_timeout"), dns="aaaa-timeout"),
    Host("b08", "AAAA questions are answered NXDOMAIN", only_v4("fail", "dns_nxdomain"), dns="aaaa-nxdomain"),
    Host("b09", "one of two IPv6 addresses is dead", only_v4("partial", None), aaaa=["own", v6(209)]),
    Host("b10", "IPv6 serves a sibling site on the same template", only_v4("ok", None) | {"v4_v6_same": False}, page6="sibling"),
    Host("b11", "IPv6 serves a certificate for another name", only_v4("fail", "tls_hostname"), cert6="other_name"),
    Host("b12", "IPv6 hangs in the handshake", only_v4("fail", "tls_timeout"), kind6="fault:tls_hang"),
    Host("b13", "IPv4 closed, IPv6 sound", {"available": True, "families.v4.state": "fail", "families.v4.cause": "tcp_refused",
                                            "families.v6.state": "ok"}, kind="none", kind6="nginx"),
    # --- C: DNS --------------------------------------------------------------------------------------------
    Host("c01", "the name does not exist", down("dns_nxdomain"), dns="absent"),
    Host("c02", "the name has no address", down("dns_nodata"), a=[], aaaa=[]),
    Host("c03", "the zone's servers answer SERVFAIL", down("dns_servfail"), dns="servfail"),
    Host("c04", "the zone's servers do not answer", down("dns_timeout"), dns="timeout"),
    Host("c05", "the zone's servers refuse", down("dns_refused"), dns="refused"),
    Host("c06", "the zone's servers do not serve the zone", down("dns_lame"), dns="lame"),
    Host("c07", "the aliases form a loop", down("dns_cname_loop"), dns="cname-loop"),
    Host("c08", "the alias points to a name that does not exist", down("dns_cname_dangling"), dns="cname-dangling"),
    Host("c09", "the DS record does not match the zone's key", down("dns_dnssec_bogus", **{"dns.dnssec": "bogus"}), dns="bogus"),
    Host("c10", "one of two name servers is dead", up(**{"dns.ns_ok": "some"}), dns="one-ns-dead"),
    # --- D: TCP --------------------------------------------------------------------------------------------
    Host("d01", "port closed", down("tcp_refused"), kind="none"),
    Host("d02", "packets vanish", down("tcp_timeout"), block4="drop", block6="drop"),
    Host("d03", "ICMP unreachable", down("tcp_unreachable"), block4="reject", block6="reject"),
    Host("d04", "reset right after the connection stands", down("tcp_reset"), kind="fault:reset"),
    # --- E: TLS --------------------------------------------------------------------------------------------
    Host("e01", "expired", down("tls_expired"), cert="expired"),
    Host("e02", "not yet valid", down("tls_not_yet_valid"), cert="future"),
    Host("e03", "self-signed", down("tls_self_signed"), cert="self_signed"),
    Host("e04", "for another name", down("tls_hostname"), cert="other_name"),
    Host("e05", "the intermediate is missing", down("tls_incomplete_chain"), cert="no_intermediate"),
    Host("e06", "an authority nobody trusts", down("tls_untrusted"), cert="unknown_ca"),
    Host("e07", "revoked, said by OCSP", down("tls_revoked"), cert="revoked_ocsp"),
    Host("e08", "revoked, said by the CRL only", down("tls_revoked"), cert="revoked_crl"),
    Host("e09", "an RSA key of 1,024 bits", down("tls_weak_key"), cert="rsa1024"),
    Host("e10", "signed with SHA-1", down("tls_weak_signature"), cert="sha1"),
    Host("e11", "TLS 1.0 and 1.1 only", down("tls_legacy_only"), kind="s_server:-tls1_1 -cipher ALL:@SECLEVEL=0", cert="rsa"),
    Host("e12", "garbage in place of a handshake", down("tls_handshake"), kind="fault:tls_garbage"),
    Host("e13", "accepts and never shakes hands", down("tls_timeout"), kind="fault:tls_hang"),
    Host("e14", "the intermediate has expired", down("tls_expired"), cert="old_intermediate"),
    # --- F: HTTP -------------------------------------------------------------------------------------------
    Host("f01", "status 500", down("http_status", **{"http.status": 500}), kind="fault:status_500"),
    Host("f02", "status 404", down("http_status", **{"http.status": 404}), kind="fault:status_404"),
    Host("f03", "no first byte", down("http_timeout"), kind="fault:no_answer"),
    Host("f04", "one byte a second", down("http_slow_body"), kind="fault:drip"),
    Host("f05", "redirects to itself for ever", down("http_redirect_loop"), kind="fault:loop"),
    Host("f06", "redirects to a host outside the government", down("http_redirect_offsite"), kind="fault:offsite"),
    Host("f07", "moved to another government name", up(finding="http_moved", **{"http.final_host": f"a01.{DOMAIN}"}), kind="fault:moved"),
    Host("f08", "an empty answer", down("http_empty"), kind="fault:empty"),
    Host("f09", "fewer bytes than announced", down("http_truncated"), kind="fault:truncated"),
    Host("f10", "reset in the middle of the body", down("http_reset"), kind="fault:reset_body"),
    Host("f11", "not HTTP", down("http_malformed"), kind="fault:malformed"),
    Host("f12", "a body without end", down("http_body_limit"), kind="fault:endless"),
    Host("f13", "redirects from https to http", up(finding="https_downgrade"), kind="fault:downgrade"),
    Host("f14", "a gzip bomb", down("http_body_limit"), kind="fault:bomb"),
    Host("f15", "first byte after six seconds", up(), kind="fault:slow_6s"),
    # --- G: content ----------------------------------------------------------------------------------------
    Host("g01", "a Vietnamese error text behind a 200", down("content_error"), page="error_vi"),
    Host("g02", "a database error behind a 200", down("content_error"), page="error_database"),
    Host("g03", "a maintenance notice", down("content_maintenance"), page="maintenance"),
    Host("g04", "nginx's own default page", down("content_default_page"), page="default"),
    Host("g05", "a directory listing", down("content_default_page"), page="listing"),
    Host("g06", "a captcha", {"available": None, "cause": "content_blocked"}, page="captcha"),
    Host("g07", "a parked domain", down("content_parked"), page="parked"),
    Host("g08", "gambling content in the portal's place", down("content_hijacked"), page="gambling"),
    Host("g09", "somebody else's site", down("content_mismatch"), page="foreign"),
    Host("g10", "a shell without content", down("content_empty"), page="shell"),
]

for number, host in enumerate(HOSTS, start=21):
    host.number = number

EXTRA_NAMES = {FOREIGN: v4(201)}
