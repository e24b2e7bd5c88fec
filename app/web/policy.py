"""What the guard lets through: hosts, origins, visitors and how often they may come. Pure decisions, no I/O."""

import hashlib
import hmac
import math
import time
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FILES_PER_MESSAGE = 20
MIN_FILES = 200
"""A client may fetch so many files for each message to the queue, and no fewer: the first visit fetches about 50."""
FAILED_LOGINS = "10/minute"


class PolicyError(ValueError):
    """A setting of the guard cannot be; the message says the value, the rule and the remedy."""


@dataclass(frozen=True)
class Policy:
    """The settings of a server that may stand on a public address, checked. Raises PolicyError.

    `public_hosts` are names without scheme or port; `rate_limit` is in the notation of the limits library; `user` and
    `password` are both empty where nobody has to log in.
    """

    public_hosts: Sequence[str] = ()
    rate_limit: str = "120/minute"
    queue_size: int = 40
    max_body_bytes: int = 65_536
    grace_seconds: int = 30
    trusted_proxy: str = "127.0.0.1"
    user: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        for host in self.public_hosts:
            if _hostname(host) != host.lower() or not host or any(sign in host for sign in "/@*"):
                raise PolicyError(f"--public-host must be a name alone, like ask.example.org, got {host!r}")
        try:
            parse_many(self.rate_limit)
        except ValueError as error:
            raise PolicyError(
                f"--rate-limit must be like 120/minute or 5/second;90/minute, got {self.rate_limit!r}"
            ) from error
        for option, value in (("--queue-size", self.queue_size), ("--max-body-bytes", self.max_body_bytes)):
            if value < 1:
                raise PolicyError(f"{option} must be at least 1, got {value}")
        if self.grace_seconds < 0:
            raise PolicyError(f"--grace-seconds must be 0 or more, got {self.grace_seconds}")
        if bool(self.user) != bool(self.password):
            raise PolicyError("--user and --password go together; give both, or neither")
        if ":" in self.user:
            raise PolicyError(f"--user must not hold a colon, which ends it in HTTP Basic, got {self.user!r}")


def host_allowed(host: str, public_hosts: Sequence[str], own_address: str) -> bool:
    """Whether the Host header may be answered: a loopback name, a public one, or the address that was connected to.

    A page elsewhere can make its own name lead here (DNS rebinding), but not an address.
    """
    name = _hostname(host)
    return name in LOOPBACK_NAMES or name in {public.lower() for public in public_hosts} or name == own_address


def origin_allowed(origin: str, host: str, public_hosts: Sequence[str]) -> bool:
    """Whether the Origin header is this page's own: the Host itself, or a public name (a proxy may change the Host).

    The scheme is not compared: a proxy that speaks HTTPS speaks HTTP to this server.
    """
    scheme, separator, netloc = origin.partition("://")
    if not separator or scheme not in ("http", "https"):
        return False
    return netloc.lower() == host.lower() or _hostname(netloc) in {public.lower() for public in public_hosts}


def _hostname(netloc: str) -> str:
    """`netloc` without its port, in lower case, an IPv6 address without its brackets."""
    name = netloc.lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0] if name.count(":") == 1 else name


def credentials_right(authorization: str, user: str, password: str) -> bool:
    """Whether the Authorization header holds this user and password (HTTP Basic), compared in constant time."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        given = b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except ValueError:
        given = b""
    # Hashes have one length, so that the time tells nothing about the password's.
    digests = [hashlib.sha256(text).digest() for text in (given, f"{user}:{password}".encode())]
    return hmac.compare_digest(*digests)


class Limiter:
    """How often each client may come, in this process's memory. `client` is an address as text."""

    def __init__(self, messages: str) -> None:
        self._messages = parse_many(messages)
        self._files = [
            type(item)(max(MIN_FILES, item.amount * FILES_PER_MESSAGE), item.multiples) for item in self._messages
        ]
        self._logins = parse_many(FAILED_LOGINS)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def message(self, client: str) -> int:
        """Count a message to the queue: 0 where it may pass, else the seconds until the next may."""
        return self._hit(self._messages, "message", client)

    def file(self, client: str) -> int:
        """Count any other request, likewise."""
        return self._hit(self._files, "file", client)

    def failed_login(self, client: str) -> int:
        """Count a wrong user or password, likewise."""
        return self._hit(self._logins, "login", client)

    def login_barred(self, client: str) -> int:
        """The seconds until the client may try to log in again, or 0; counts nothing."""
        spent = [item for item in self._logins if not self._limiter.test(item, "login", client_key(client))]
        return self._wait(spent, "login", client)

    def _hit(self, items: Sequence[RateLimitItem], kind: str, client: str) -> int:
        key = client_key(client)
        return self._wait([item for item in items if not self._limiter.hit(item, kind, key)], kind, client)

    def _wait(self, spent: Sequence[RateLimitItem], kind: str, client: str) -> int:
        resets = [self._limiter.get_window_stats(item, kind, client_key(client)).reset_time for item in spent]
        return max((max(1, math.ceil(reset - time.time())) for reset in resets), default=0)


def client_key(client: str) -> str:
    """One key for each client. An IPv6 customer has a whole /64 of addresses, so that is one client."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    return str(ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)
