"""A bad line between a vantage point and the web side: two TUN devices and a user-space relay with loss and delay.

usage: relay.py CONTROL     the file CONTROL holds {"loss": share of packets, "delay_ms": each way, "down": bool}

The kernel here may lack netem. Losses are drawn from a seeded generator, so a run can be repeated.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import selectors
import struct
import subprocess
import sys
import time

from plan import AGENT_LOSSY, LOSSY_LINK, WEB

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000


def tun(namespace: str, name: str) -> int:
    """Opens a TUN device inside a namespace; the descriptor stays good outside it."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(there, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    if libc.setns(home, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(home)
    os.close(there)
    return device


def configure() -> None:
    near, far = LOSSY_LINK
    for namespace, name, addresses in ((AGENT_LOSSY, "emsl-near", near), (WEB, "emsl-far", far)):
        for address in addresses:
            extra = ["nodad"] if ":" in address else []
            subprocess.run(["ip", "-n", namespace, "addr", "add", address, "dev", name, *extra], check=True)
        subprocess.run(["ip", "-n", namespace, "link", "set", name, "up"], check=True)
    for address in far:
        subprocess.run(["ip", "-n", AGENT_LOSSY, "route", "add", "default", "via", address.split("/")[0]], check=True)


def main() -> None:
    control = sys.argv[1]
    ends = [tun(AGENT_LOSSY, "emsl-near"), tun(WEB, "emsl-far")]
    configure()
    chance = random.Random(20261122)
    waiting: list = []
    selector = selectors.DefaultSelector()
    for number, end in enumerate(ends):
        selector.register(end, selectors.EVENT_READ, ends[1 - number])
    settings, read_at, serial = {}, 0.0, 0
    print("relay ready", flush=True)
    while True:
        now = time.monotonic()
        if now - read_at > 0.2:
            read_at = now
            try:
                settings = json.load(open(control))
            except (OSError, ValueError):
                pass  # Being written: the next look will do.
        due = max(0.0, waiting[0][0] - now) if waiting else 0.2
        for key, _ in selector.select(min(due, 0.2)):
            for _ in range(64):
                try:
                    packet = os.read(key.fd, 65536)
                except BlockingIOError:
                    break
                if settings.get("down") or chance.random() < settings.get("loss", 0):
                    continue
                serial += 1
                heapq.heappush(waiting, (time.monotonic() + settings.get("delay_ms", 0) / 1000, serial, key.data, packet))
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, end, packet = heapq.heappop(waiting)
            try:
                os.write(end, packet)
            except OSError:
                pass


main()
