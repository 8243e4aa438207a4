"""Which servers may be asked, and with which key. An address other than this machine's own needs a person's word once.

Allowed hosts: those in CARM_SERVERS (commas), and one a line in servers.txt in the program's configuration, where
`carm serve-check URL --allow` writes. The key: CARM_SERVER_KEY, else the system's keyring (service "carm", user HOST).
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from platformdirs import user_config_path

from inference.models.interface import ModelError
from sim.resource import APP, install

KEYRING = "carm"
_NO_TLS = "{} is another machine; pictures go there by https only."


def split_address(address: str) -> tuple[str, str]:
    """http(s)://HOST[:PORT][/PATH][#MODEL] as the base of its API (ending in /v1 unless a path is given) and the
    model's name or "". Raises ModelError for an address that must not be asked: one that carries a password, one
    without TLS beyond this machine, one that nobody allowed."""
    parts = urlsplit(address)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in ("http", "https") or not host:
        raise ModelError(f"{address} is not a server's address; write it as http://127.0.0.1:8000/v1#MODEL.")
    if parts.username or parts.password:
        raise ModelError(f"The address holds a password; give the key in {where_keys_go()} instead.")
    if not is_loopback(host):
        if parts.scheme != "https":
            raise ModelError(_NO_TLS.format(host))
        if host.lower() not in allowed_hosts():
            raise ModelError(
                f"{host} is another machine and nobody has allowed it; `carm serve-check {address} --allow` does."
            )
    shown = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/") or "/v1"
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path}", parts.fragment


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, by its address or the name localhost; no other name is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def allowed_hosts() -> set[str]:
    """Hosts beyond this machine that somebody allowed, in lower case."""
    hosts = os.environ.get("CARM_SERVERS", "").split(",")
    with contextlib.suppress(OSError):
        hosts += _file().read_text(encoding="utf-8", errors="replace").splitlines()
    return {host.strip().lower() for host in hosts if host.strip() and not host.lstrip().startswith("#")}


def allow(address: str) -> str:
    """Remember the address's host as allowed; returns it. Raises ModelError where there is none, or no TLS to it."""
    parts = urlsplit(address)
    host = parts.hostname
    if not host:
        raise ModelError(f"{address} is not a server's address.")
    if parts.scheme != "https" and not is_loopback(host):
        raise ModelError(_NO_TLS.format(host))
    if host.lower() not in allowed_hosts():
        file = _file()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as lines:
            lines.write(host.lower() + "\n")
    return host


def key_for(host: str) -> str:
    """The key to show to `host`, "" for none. Raises ModelError for one that cannot be sent, without repeating it."""
    key = os.environ.get("CARM_SERVER_KEY", "").strip() or _kept_key(host)
    if not (key.isascii() and key.isprintable()):
        raise ModelError(f"The key for {host} holds a sign that no key has; copy it anew into {where_keys_go()}.")
    return key


def _kept_key(host: str) -> str:
    try:
        import keyring

        return (keyring.get_password(KEYRING, host) or "").strip()
    except Exception:  # no keyring here, or it is locked: the server will say that it wants a key
        return ""


def where_keys_go() -> str:
    """Where a person puts a server's key; what is not installed is not read."""
    if find_spec("keyring") is None:
        return f"CARM_SERVER_KEY (the keyring is not read here: {install('server')})"
    return "CARM_SERVER_KEY or the keyring"


def _file() -> Path:
    return user_config_path(APP, appauthor=False) / "servers.txt"
