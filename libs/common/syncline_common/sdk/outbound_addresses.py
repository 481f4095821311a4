"""Which addresses no request may reach, whoever names them. An own list, since the standard library's lets too much pass."""

from ipaddress import IPv4Network, IPv6Network, ip_address

DENIED_V4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own, and the metadata service of one cloud
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's wire server, at an address that looks public
        "169.254.0.0/16",  # link-local, and most metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, and another metadata service
        "192.0.2.0/24",  # documentation, as the two below
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
PUBLIC_V6 = IPv6Network(
    "2000::/3"
)  # outside are loopback, local, multicast, NAT64, and IPv4 in other clothes
DENIED_V6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: IPv4 in other clothes
        "3fff::/20",  # documentation
    )
)


def is_denied(address: str) -> bool:
    """Of an address as a resolver gives it. What is no address is denied."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return True
    if parsed.version == 4:
        return any(parsed in net for net in DENIED_V4)
    has_zone = "%" in address  # a zone names a link of this host
    return has_zone or parsed not in PUBLIC_V6 or any(parsed in net for net in DENIED_V6)
