"""Servers that misbehave on purpose: TCP, TLS, HTTP and DNS. Runs inside the web namespace until it is ended.

usage: faults.py CONFIG.json    {"tcp": [{"address", "port", "behaviour", "host", "chain", "key"}], "dns": {behaviour: address}}
"""

import asyncio
import gzip
import json
import socket
import ssl
import struct
import sys
import time

from pages import PAGES
from plan import DOMAIN, FOREIGN

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"

# Made once: the loop below serves everybody.
BOMB = gzip.compress(b"\0" * (64 * 1024 * 1024), 6)


def answer(body: bytes, head: bytes = OK) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def redirect(where: str, extra: str = "") -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {where}\r\n{extra}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()


def abort(writer: asyncio.StreamWriter) -> None:
    """Ends the connection with a reset."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def http(site: dict, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request, one misbehaviour."""
    behaviour, host = site["behaviour"], site["host"]
    page = PAGES["portal"](host).encode()
    head = await reader.readuntil(b"\r\n\r\n")
    match behaviour:
        case "slow_2s" | "slow_6s":
            await asyncio.sleep(2 if behaviour == "slow_2s" else 6)
            writer.write(answer(page))
        case "dynamic":
            marks = f"<p>Bây giờ là {time.time()}; phiên {time.perf_counter_ns()}; lượt truy cập {time.time_ns() % 99991}</p>"
            writer.write(answer(page.replace(b"</main>", marks.encode() + b"</main>")))
        case "cookie":
            back = b"lab=1" in head
            writer.write(answer(page) if back else redirect(f"https://{host}/", "Set-Cookie: lab=1; Path=/; Secure\r\n"))
        case "slow_body":
            writer.write(OK + b"Content-Length: %d\r\n\r\n" % len(page))
            for start in range(0, len(page), len(page) // 5 + 1):
                writer.write(page[start:start + len(page) // 5 + 1])
                await writer.drain()
                await asyncio.sleep(1)
        case "close_delimited":
            writer.write(OK + b"\r\n" + page)
        case "hops":
            done = int(head.split(b" ")[1].rsplit(b"/", 1)[1] or b"0")
            writer.write(redirect(f"https://{host}/b/{done + 1}") if done < 7 else answer(page))
        case "odd_header":
            writer.write(answer(page, OK + b"X-Server : lab\r\nnot a header\r\nX-Folded: a\r\n b\r\n"))
        case "no_redirect":
            writer.write(answer(page))
        case "status_500":
            writer.write(answer(b"<h1>500</h1>", OK.replace(b"200 OK", b"500 Internal Server Error")))
        case "status_404":
            writer.write(answer(b"<h1>404</h1>", OK.replace(b"200 OK", b"404 Not Found")))
        case "no_answer":
            await asyncio.sleep(60)
        case "drip":
            writer.write(OK + b"Content-Length: 100000\r\n\r\n")
            for byte in page[:60]:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
        case "loop":
            writer.write(redirect(f"https://{host}/vong"))
        case "offsite":
            writer.write(redirect(f"http://{FOREIGN}/"))
        case "moved":
            writer.write(redirect(f"https://a01.{DOMAIN}/"))
        case "downgrade":
            writer.write(redirect(f"http://{host}/"))
        case "empty":
            writer.write(OK + b"Content-Length: 0\r\n\r\n")
        case "truncated":
            writer.write(OK + b"Content-Length: %d\r\n\r\n" % (len(page) * 2) + page)
        case "reset_body":
            writer.write(OK + b"Content-Length: %d\r\n\r\n" % (len(page) * 2) + page)
            await writer.drain()
            await asyncio.sleep(0.2)
            abort(writer)
        case "malformed":
            writer.write(b"\x00\x01\x02 this is not HTTP\r\n\r\n")
        case "endless":
            writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(10_000):
                writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                await writer.drain()
        case "bomb":
            writer.write(answer(BOMB, OK + b"Content-Encoding: gzip\r\n"))
    await writer.drain()


async def plain(site: dict, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Port 80: to https, but for the host whose https leads here."""
    head = await reader.readuntil(b"\r\n\r\n")
    del head
    page = PAGES["portal"](site["host"]).encode()
    writer.write(answer(page) if site["behaviour"] in ("downgrade", "no_redirect") else redirect(f"https://{site['host']}/"))
    await writer.drain()


async def raw(site: dict, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Misbehaviour below HTTP."""
    match site["behaviour"]:
        case "reset":
            abort(writer)
        case "tls_garbage":
            await reader.read(16)
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
            await writer.drain()
        case "tls_hang":
            await asyncio.sleep(60)


def guarded(serve, site):
    async def handle(reader, writer):
        try:
            await asyncio.wait_for(serve(site, reader, writer), 90)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError, ssl.SSLError):
            pass
        finally:
            writer.close()
    return handle


class Dns(asyncio.DatagramProtocol):
    """A name server with one misbehaviour; answers by hand-made bytes."""

    def __init__(self, behaviour: str, addresses: dict):
        self.behaviour, self.addresses = behaviour, addresses

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        if self.behaviour == "timeout" or len(data) < 17:
            return
        end = 12
        labels = []
        while end < len(data) and data[end]:
            labels.append(data[end + 1:end + 1 + data[end]].decode("ascii", "replace").lower())
            end += data[end] + 1
        kind = struct.unpack(">H", data[end + 1:end + 3])[0]
        question = data[12:end + 5]
        name = ".".join(labels)
        rcode, records = {"servfail": (2, []), "refused": (5, []), "lame": (0, [])}.get(self.behaviour, (0, None))
        authoritative = 0 if self.behaviour == "lame" else 0x0400
        if records is None:
            if kind == 28:
                if self.behaviour == "aaaa-timeout":
                    return
                rcode, records = 3, []
            else:
                address = self.addresses.get(name) if kind == 1 else None
                records = [b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + socket.inet_aton(address)] if address else []
        flags = 0x8000 | authoritative | (data[2] & 1) << 8 | rcode
        # A lame server refers upwards: to the root, which is no answer for a zone it was said to serve.
        upward = b"\0\0\x02\0\x01\0\0\x0e\x10\0\x10\x03ns1\x03lab\x03gov\x02vn\0" if self.behaviour == "lame" else b""
        head = data[:2] + struct.pack(">HHHHH", flags, 1, len(records), 1 if upward else 0, 0)
        self.transport.sendto(head + question + b"".join(records) + upward, peer)


async def main() -> None:
    config = json.load(open(sys.argv[1]))
    for site in config["tcp"]:
        context = None
        serve = raw if site["behaviour"] in ("reset", "tls_garbage", "tls_hang") else http
        if site["port"] == 80:
            serve = plain
        elif serve is http:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(site["chain"], site["key"])
        await asyncio.start_server(guarded(serve, site), site["address"], site["port"], ssl=context)
    loop = asyncio.get_running_loop()
    for behaviour, address in config["dns"].items():
        await loop.create_datagram_endpoint(lambda b=behaviour: Dns(b, config["addresses"]), local_addr=(address, 53))
    print("faults ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
