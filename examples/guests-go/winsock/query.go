package winsock

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"unsafe"
)

// A query has the parameters that the variant has in the canonical ABI: its kind, and five that
// have the widths of the widest kind.
type query struct {
	kind, a uint32
	b, c    uint64
	d, e    uint32
	// pinned has the bytes that the parameters point to.
	pinned runtime.Pinner
}

// inet is AF_INET.
const inet = 2

func hostByName(name string) query {
	return named(0, name)
}

func hostByAddress(addr netip.Addr) query {
	query := query{kind: 1, c: inet}
	octets := addr.AsSlice()
	query.a, query.b = query.pointer(octets), uint64(len(octets))
	return query
}

func serviceByName(name, protocol string) query {
	query := named(2, name)
	if protocol != "" {
		query.c, query.d, query.e = 1, query.pointer([]byte(protocol)), uint32(len(protocol))
	}
	return query
}

func serviceByPort(port uint16, protocol string) query {
	query := query{kind: 3, a: uint32(port)}
	if protocol != "" {
		address := query.pointer([]byte(protocol))
		query.b, query.c, query.d = 1, uint64(address), uint32(len(protocol))
	}
	return query
}

func protocolByName(name string) query {
	return named(4, name)
}

func protocolByNumber(number int32) query {
	return query{kind: 5, a: uint32(number)}
}

func addressesOf(name string, family Family) query {
	query := named(6, name)
	if family != AnyFamily {
		query.c, query.d = 1, uint32(family-IPv4)
	}
	return query
}

func nameOf(addr netip.Addr) query {
	if addr.Is4() {
		octets := addr.As4()
		return query{kind: 7, b: uint64(binary.BigEndian.Uint32(octets[:]))}
	}
	octets := addr.As16()
	high, low := binary.BigEndian.Uint64(octets[:8]), binary.BigEndian.Uint64(octets[8:])
	return query{kind: 7, a: 1, b: high, c: low}
}

// named returns a query that begins with a name.
func named(kind uint32, name string) query {
	query := query{kind: kind}
	query.a, query.b = query.pointer([]byte(name)), uint64(len(name))
	return query
}

// pointer returns the address of bytes, which stay there until pinned.Unpin.
func (q *query) pointer(bytes []byte) uint32 {
	if len(bytes) == 0 {
		return 0
	}
	first := unsafe.SliceData(bytes)
	q.pinned.Pin(first)
	return uint32(uintptr(unsafe.Pointer(first)))
}
