"""The city's identity provider (OpenID Connect 1.0, authorization code flow with PKCE).

Nothing is fetched before somebody wants to come in that way, and nothing but discovery, keys and
one token a sign-in. An ID token counts only with a good signature by an algorithm of our list, of
our issuer, for us, in its time, and with the nonce that this browser was given. Who it names must
be bound to an account already (`CityIdentity`): none is made here.
"""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

_STATES = "signin_city"  # in the session
_MOST_STATES = 5  # tabs in which somebody began
STATE_SECONDS = 10 * 60
_KEPT_SECONDS = 3600
_LEEWAY_SECONDS = 60
_PATIENCE = httpx.Timeout(5)
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]

SIGN_IN, BIND = "sign_in", "bind"


class Refused(Exception):
    """The provider's answer isn't good; says why, for the log."""


@dataclass(frozen=True, slots=True)
class Proved:
    """Whom the provider vouches for, and what he was about to do."""

    issuer: str
    subject: str
    purpose: str
    next_url: str
    account_id: int | None  # who was signed in when it began


def is_set_up() -> bool:
    return bool(settings.OIDC_URL)


def begin(
    session: SessionBase, *, redirect_uri: str, purpose: str, next_url: str, account_id: int | None
) -> str:
    """Return where the browser goes to prove who sits there; `account_id` is who is signed in.

    Raises Refused without a provider.
    """
    found = _discovered()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _part in range(3))
    states = session.get(_STATES, {})
    for old in list(states)[: max(0, len(states) - _MOST_STATES + 1)]:
        del states[old]
    states[state] = {
        "nonce": nonce,
        "verifier": verifier,
        "purpose": purpose,
        "next": next_url,
        "account": account_id,
        "at": int(time.time()),
    }
    session[_STATES] = states
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    return (
        found["authorization_endpoint"]
        + ("&" if "?" in found["authorization_endpoint"] else "?")
        + urlencode(
            {
                "response_type": "code",
                "client_id": settings.OIDC_CLIENT_ID,
                "redirect_uri": redirect_uri,
                "scope": "openid",
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge.decode().rstrip("="),
                "code_challenge_method": "S256",
            }
        )
    )


def finish(
    session: SessionBase, *, state: str, code: str, issuer: str, redirect_uri: str
) -> Proved:
    """Turn the provider's answer into who it is. Raises Refused.

    A state is good once, for ten minutes, in the browser that was given it.
    """
    states = session.get(_STATES, {})
    begun = states.pop(state, None)
    session[_STATES] = states
    if begun is None or not 0 <= time.time() - begun["at"] < STATE_SECONDS:
        raise Refused("the state is unknown, used or too old")
    if not code:
        raise Refused("the provider gave no code")
    found = _discovered()
    if issuer and issuer != found["issuer"]:
        raise Refused("another issuer answered (RFC 9207)")
    token = _exchange(found, code, begun["verifier"], redirect_uri)
    claims = _claims(found, token)
    if not secrets.compare_digest(str(claims.get("nonce", "")), begun["nonce"]):
        raise Refused("the nonce is another")
    return Proved(found["issuer"], claims["sub"], begun["purpose"], begun["next"], begun["account"])


def forget() -> None:
    """Forget what was fetched: for tests, and when a key is unknown."""
    _kept.clear()


_kept: dict[str, tuple[float, Any]] = {}


def _discovered() -> dict[str, Any]:
    found = _get(settings.OIDC_URL.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer", "").rstrip("/") != settings.OIDC_URL.rstrip("/"):
        raise Refused("discovery names another issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(found.get(name), str):
            raise Refused(f"discovery lacks {name}")
    return found


def _get(url: str, *, afresh: bool = False) -> dict[str, Any]:
    kept = _kept.get(url)
    if kept is not None and not afresh and 0 <= time.monotonic() - kept[0] < _KEPT_SECONDS:
        return kept[1]
    found = _asked("GET", url)
    _kept[url] = (time.monotonic(), found)
    return found


def _asked(method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        with httpx.Client(timeout=_PATIENCE, follow_redirects=False, trust_env=False) as client:
            answer = client.request(method, url, **more)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Refused(f"{url}: {type(error).__name__}")
    if not isinstance(found, dict):
        raise Refused(f"{url}: not an object")
    return found


def _exchange(found: dict[str, Any], code: str, verifier: str, redirect_uri: str) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    ways = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_basic" in ways:
        proof = {"auth": httpx.BasicAuth(settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)}
    else:
        proof = {}
        form |= {
            "client_id": settings.OIDC_CLIENT_ID,
            "client_secret": settings.OIDC_CLIENT_SECRET,
        }
    answer = _asked("POST", found["token_endpoint"], data=form, **proof)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise Refused("no ID token came")
    return token


def _claims(found: dict[str, Any], token: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in _ALGORITHMS:
            raise Refused("the ID token isn't signed in a way we take")
        claims = jwt.decode(
            token,
            _key(found["jwks_uri"], header.get("kid")),
            algorithms=_ALGORITHMS,
            audience=settings.OIDC_CLIENT_ID,
            issuer=found["issuer"],
            leeway=_LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )
    except jwt.PyJWTError as error:
        raise Refused(f"the ID token is refused: {error}")
    party = claims.get("azp")
    is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (party is not None or is_shared) and party != settings.OIDC_CLIENT_ID:
        raise Refused("the ID token was made for another party")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise Refused("the subject can't be one")
    return claims


def _key(url: str, kid: str | None) -> Any:
    """Return the provider's key of this name; a new one is fetched once."""
    for afresh in (False, True):
        keys = jwt.PyJWKSet.from_dict(_get(url, afresh=afresh)).keys
        for key in keys:
            if key.public_key_use in (None, "sig") and (key.key_id == kid or kid is None):
                return key
    raise Refused("the ID token is signed with an unknown key")
