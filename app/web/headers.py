"""The headers of every answer, and the policy that lets the page's own scripts run and no other."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable

Header = tuple[bytes, bytes]

# Gradio's HTML component compiles its templates in the browser, hence 'unsafe-eval'; it sets styles from scripts.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_STRICT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), usb=()"
    ),
}
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)

# What Gradio may see of a request. It trusts X-Forwarded-Host and some of its own for the page's address, and echoes
# Origin; it needs none of them.
_PASSED_ON = frozenset({
    b"accept", b"accept-encoding", b"accept-language", b"cache-control", b"content-type", b"host", b"if-modified-since",
    b"if-none-match", b"user-agent",
})


def passed_on(headers: Iterable[Header], without: bytes = b"") -> list[Header]:
    """The request's headers that Gradio may see, less the one called `without`."""
    return [(name, value) for name, value in headers if name.lower() in _PASSED_ON and name.lower() != without]


def strict(headers: Iterable[Header], html: bytes = b"", keep: bool = False) -> list[Header]:
    """`headers` with the strict ones in place of any of their names.

    `html` is the page whose inline scripts may run; a browser may store what has `keep`.
    """
    added = _STRICT | {"content-security-policy": content_security_policy(html)}
    if not keep:
        added["cache-control"] = "no-store"
    names = {name.encode() for name in added}
    rest = [(name, value) for name, value in headers if name.lower() not in names]
    return rest + [(name.encode(), value.encode()) for name, value in added.items()]


def content_security_policy(html: bytes = b"") -> str:
    """This server's files alone, and of inline scripts those of `html`, by their hashes."""
    hashes = [b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(html)]
    return _POLICY.format(scripts="".join(f" 'sha256-{hash}'" for hash in hashes))
