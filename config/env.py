"""Reading the environment: typed, and refusing nonsense with a sentence."""

import os
import re
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdecimal() or int(value) < 1:
        raise ImproperlyConfigured(f"{name} must be a whole number above nought, not {value!r}")
    return int(value)


def choice(name: str, known: tuple[str, ...]) -> str:
    """Return one of the known words; the first is the default."""
    value = text(name, known[0]).lower()
    if value not in known:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(known)}, not {value!r}")
    return value


def count(name: str, default: int) -> int:
    """Return a whole number, nought among them."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")
    return int(value)


def listed(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


_PLACE = re.compile(r"/|:\d{1,5}|https?://[A-Za-z0-9.-]+(:\d{1,5})?")


def place(name: str) -> str:
    """Return where another process is found: "", "/", ":port" or an origin."""
    value = text(name)
    if value and not _PLACE.fullmatch(value):
        raise ImproperlyConfigured(f'{name} must be "/", ":port" or "https://host", not {value!r}')
    return value


def origin(name: str) -> str:
    """Return where the site is found from outside: "https://yuanqi.example.org", or nothing."""
    value = text(name).rstrip("/")
    if value and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", value):
        raise ImproperlyConfigured(f'{name} must be like "https://host", not {value!r}')
    return value


def issuer(name: str) -> str:
    """Return an identity provider's address as it names itself, or nothing.

    Tokens come over this way: it must be https, but on this very machine.
    """
    value = text(name)
    parts = urlsplit(value)
    is_here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if value and not (
        parts.hostname
        and (parts.scheme == "https" or (parts.scheme == "http" and is_here))
        and not parts.query
        and not parts.fragment
        and not parts.username
    ):
        raise ImproperlyConfigured(f'{name} must be like "https://id.example.org/realm"')
    return value


def template(name: str, part: str) -> str:
    """Return a text in which `part` stands where something is filled in, or nothing."""
    value = text(name)
    if value and part not in value:
        raise ImproperlyConfigured(f"{name} must contain {part}")
    return value


_MAIL = {"smtp": (25, ""), "smtp+starttls": (587, "tls"), "smtps": (465, "ssl")}


def mail(name: str, directory: Path) -> dict[str, object]:
    """Return Django's settings of a mail server: smtp://, smtp+starttls:// or smtps://.

    The password may stand in the address, in NAME_PASSWORD, or in the file of secrets.
    """
    value = text(name)
    if not value:
        return {}
    parts = urlsplit(value)
    if parts.scheme not in _MAIL or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be like smtp+starttls://user@host:587")
    port, security = _MAIL[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    kept = directory / "yuanqi_mail_password"
    if user and not password:
        password = text(f"{name}_PASSWORD") or (kept.read_text().strip() if kept.exists() else "")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or port,
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": security == "tls",
        "EMAIL_USE_SSL": security == "ssl",
    }


def given(name: str, directory: Path) -> str:
    """Return a secret that somebody else made: from the environment, else from its file, or
    nothing."""
    kept = directory / name.lower()
    return text(name) or (kept.read_text().strip() if kept.exists() else "")


def secret(name: str, directory: Path) -> str:
    """Return a secret from the environment, else from a file 0600 made at first use."""
    if value := text(name):
        return value
    path = directory / name.lower()
    if path.exists():
        return path.read_text().strip()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    value = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(value)
    return value


def database(url: str) -> dict[str, object]:
    """Return Django's settings for a postgresql:// URL."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql://")
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
