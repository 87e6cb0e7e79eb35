"""From where somebody comes: the network address, and the browser in a few words."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def address_of(request: HttpRequest) -> str:
    """Return the caller's network address; blank if it can't be told.

    Behind proxies it is what the outermost of ours wrote into X-Forwarded-For: counted from the
    end, because whatever stands before it may be the caller's own invention.
    """
    found = request.META.get("REMOTE_ADDR", "")
    proxies = settings.PROXIES
    if proxies:
        chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(chain) >= proxies:
            found = chain[-proxies]
    try:
        return str(ipaddress.ip_address(found.strip("[]")))
    except ValueError:
        return ""


def device_of(request: HttpRequest) -> str:
    """Return browser and system, as "Chrome · Windows"; blank for what we don't know."""
    agent = request.headers.get("User-Agent", "")
    names = [
        next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    said = " · ".join(filter(None, names))
    return said or re.sub(r"[^\w ./-]", "", agent)[:40]
