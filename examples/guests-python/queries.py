"""The command line, its queries, and answers as they are printed.

    [--timeout MS] QUERY...

    host:NAME   addr:IPV4   serv:NAME[/PROTOCOL]   port:NUMBER[/PROTOCOL]
    proto:NAME  protonum:NUMBER
    ip:NAME     the addresses of either family
"""

from ipaddress import IPv4Address, IPv6Address

from wit_world.imports import types

# AF_INET.
INET = 2


def command_line(arguments):
    """The time-out in milliseconds or None, and the queries."""
    match arguments:
        case [_, "--timeout", time, *queries]:
            return int(time), queries
        case [_, *queries]:
            return None, queries


def parse(text):
    """The query that a text stands for."""
    kind, _, value = text.partition(":")
    name, _, protocol = value.partition("/")
    protocol = protocol.encode() or None
    match kind:
        case "host":
            return types.Query_HostByName(value.encode())
        case "addr":
            query = types.AddressQuery(IPv4Address(value).packed, INET)
            return types.Query_HostByAddress(query)
        case "serv":
            return types.Query_ServiceByName(types.ServiceNameQuery(name.encode(), protocol))
        case "port":
            return types.Query_ServiceByPort(types.ServicePortQuery(int(name), protocol))
        case "proto":
            return types.Query_ProtocolByName(value.encode())
        case "protonum":
            return types.Query_ProtocolByNumber(int(value))
        case "ip":
            return types.Query_Addresses(types.NameQuery(value.encode(), None))
    raise ValueError(f"{text!r} is no query; write one such as host:localhost")


def shown(answer):
    """An answer as a text."""
    match answer:
        case types.Answer_Host(host):
            addresses = [str(IPv4Address(address)) for address in host.addresses]
            return " ".join([names(host), *addresses])
        case types.Answer_Service(service):
            return f"{names(service)} port {service.port}/{service.protocol}"
        case types.Answer_Protocol(protocol):
            return f"{names(protocol)} number {protocol.number}"
        case types.Answer_Addresses(found):
            addresses = [str(address_of(address)) for address in found.addresses]
            return " ".join([found.canonical_name or "?", *addresses])
        case types.Answer_Name(name):
            return name


def names(entry):
    """The official name, and the others."""
    match entry.aliases:
        case []:
            return entry.name
        case [alias]:
            return f"{entry.name} (alias {alias})"
        case aliases:
            return f"{entry.name} (aliases {', '.join(aliases)})"


def address_of(address):
    """An address of either family."""
    match address:
        case types.IpAddress_Ipv4(number):
            return IPv4Address(number)
        case types.IpAddress_Ipv6((high, low)):
            return IPv6Address(high << 64 | low)
