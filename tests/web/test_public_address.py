"""Which addresses may be spoken to."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.web.public_address import is_public, resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.255", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "168.63.129.16", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "192.0.2.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
        "3fff::1", "100::1", "5f00::1", "4000::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::8.8.8.8",
        "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:808:808::",
        "2001::1", "2001:0:7f00:1::", "::ffff:0:127.0.0.1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_not_spoken_to(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808",
     "::ffff:8.8.8.8"],
)  # fmt: skip
def test_what_is_public_is_spoken_to(address):
    assert is_public(ip_address(address))


@given(st.integers(0, 2**32 - 1).map(IPv4Address) | st.integers(2**125, 2**126 - 1).map(IPv6Address))
def test_nothing_is_public_that_the_registries_call_private(address):
    assert not is_public(address) or (address.is_global and not address.is_multicast)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0xFFFF << 32, 0x64FF9B << 96]))
def test_an_address_within_an_address_is_judged_like_itself(number, prefix):
    assert is_public(IPv6Address(prefix | number)) == is_public(IPv4Address(number))


@pytest.mark.parametrize("spelling", ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1"])
def test_every_spelling_comes_out_as_the_address_that_it_means(spelling):
    assert resolve(spelling, 80) == (ip_address("127.0.0.1"),)


@pytest.mark.parametrize("host", ["", "a..b", "x" * 70, "-", "a\0b"])
def test_what_is_no_host_has_no_address(host):
    assert all(not is_public(address) for address in resolve(host, 80))
