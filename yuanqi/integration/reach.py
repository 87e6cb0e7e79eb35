"""Whom a webhook may call: nobody inside the house, unless the administrator says so.

An address is resolved, each result is judged, and the call goes to just that result: a name that
answers differently a moment later leads nowhere else (DNS rebinding).
"""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from yuanqi.foundation.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST = 500
# of IPv6 only this is given out as public (RFC 4291, IANA); translators of IPv4 (NAT64), site-local
# and IPv4-compatible addresses lie outside it
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be called: which host it names, and at which numeric address it is."""

    url: str  # with the numeric address in place of the name
    host: str  # as the Host header says it
    name: str  # whose certificate is asked for


class Unreachable(Exception):
    """The address can't be called now; the message says why."""


def check(url: str) -> str:
    """Return the address if a webhook may have it. Raises Invalid; resolves nothing."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        raise Invalid(_("请填完整的地址，例如 https://erp.example.com/yuanqi。"), "url")
    if parts.username or parts.password or parts.fragment:
        raise Invalid(_("地址里不要带用户名、密码或 #。签名已经能证明是我们发的。"), "url")
    if parts.scheme != "https" and not _is_demo_loopback(parts):
        raise Invalid(_("地址要以 https:// 开头，事件不在网上裸传。"), "url")
    numeric = _numeric(parts.hostname)
    if numeric is not None and not _may_call(parts.hostname, numeric, parts):
        raise Invalid(_("这个地址在内部网络里，要由系统管理员先放行。"), "url")
    return url


def resolve(url: str) -> Target:
    """Find where an address is now. Raises Unreachable for what may not be called."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        raise Unreachable("not an address")
    if parts.scheme != "https" and not _is_demo_loopback(parts):
        raise Unreachable("not https")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = _addresses(parts.hostname, port)
    refused = [one for one in found if not _may_call(parts.hostname, one, parts)]
    if refused:
        raise Unreachable(f"{parts.hostname} is at {refused[0]}, inside the network")
    first = found[0]
    numeric = f"[{first}]" if first.version == 6 else str(first)
    plain = parts._replace(netloc=f"{numeric}:{port}")
    return Target(url=plain.geturl(), host=parts.netloc, name=parts.hostname)


def _split(url: str) -> SplitResult | None:
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return None
    return parts


def _addresses(name: str, port: int) -> Sequence[Address]:
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        # a label that is empty or too long is no name at all: it is refused before anybody is asked
        raise Unreachable(f"{name} has no address") from error
    return [ipaddress.ip_address(one[4][0].partition("%")[0]) for one in found]


def _numeric(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _may_call(name: str, address: Address, parts: SplitResult) -> bool:
    if name in settings.WEBHOOK_HOSTS:
        return True
    if address.is_loopback:
        return _is_demo_loopback(parts)
    return is_public(address)


def is_public(address: Address) -> bool:
    """Whether an address lies outside: also what it wraps (IPv4 in IPv6, tunnels)."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in _GLOBAL_UNICAST or address.sixtofour or address.teredo:
            return False
    return address.is_global and not address.is_multicast


def _is_demo_loopback(parts: SplitResult) -> bool:
    """The demo may call a receiver on its own machine, which has no certificate."""
    return settings.DEMO and parts.hostname in ("localhost", "127.0.0.1", "::1")
