"""Where a request comes from: the peer, or what the proxies we count as ours say of it."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import Request

NOWHERE = "unknown"
SITE_BITS = 64
"""Whoever has one IPv6 address has all that share its first half."""


def peer_of(request: Request, *, trusted_proxies: int) -> str:
    """The address behind so many proxies; each adds one at the end, and what stands before is hearsay."""
    said = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    behind = said[-trusted_proxies] if trusted_proxies and len(said) >= trusted_proxies else ""
    return next((one for one in (behind, request.remote_addr or "") if counted_as(one)), NOWHERE)


def address_of(request: Request, *, trusted_proxies: int) -> str:
    """The same in the one way in which it is counted."""
    return counted_as(peer_of(request, trusted_proxies=trusted_proxies)) or NOWHERE


def counted_as(said: str | None) -> str | None:
    """An address in the one way in which it is counted; None when it is none."""
    try:
        address: IPv4Address | IPv6Address = ip_address(said or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((int(address), SITE_BITS), strict=False))
        address = address.ipv4_mapped
    return str(address)
