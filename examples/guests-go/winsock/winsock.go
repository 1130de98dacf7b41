// Package winsock looks up hosts, services and protocols by winsock:async-lookup.
//
// It is for programs of GOOS=wasip1 GOARCH=wasm, of which the runner makes components:
//
//	GOOS=wasip1 GOARCH=wasm go build -o program.wasm .
//	winsock-async run --allow localhost program.wasm
//
// Each call blocks its goroutine alone, so lookups of several goroutines run at the same time.
// A context that is done cancels the lookup: the call returns the context's error, and the
// completion never arrives. Every other error is an [Error].
package winsock

import (
	"context"
	"net/netip"
)

// A Host is the answer to a query for a host.
type Host struct {
	// Name is the official name, and Aliases are the others.
	Name    string
	Aliases []string
	// Addresses are IPv4, at least one.
	Addresses []netip.Addr
}

// A Service is the answer to a query for a service.
type Service struct {
	// Name is the official name, and Aliases are the others.
	Name    string
	Aliases []string
	Port    uint16
	// Protocol is the name of the protocol that the service uses.
	Protocol string
}

// A Protocol is the answer to a query for a protocol.
type Protocol struct {
	// Name is the official name, and Aliases are the others.
	Name    string
	Aliases []string
	Number  int32
}

// Addresses are the addresses of a host.
type Addresses struct {
	// CanonicalName is empty where the resolver does not know it.
	CanonicalName string
	// Addresses has at least one, in the order in which a program should try them.
	Addresses []netip.Addr
}

// A Family selects addresses.
type Family uint8

const (
	// AnyFamily selects both families.
	AnyFamily Family = iota
	// IPv4 selects IPv4 addresses.
	IPv4
	// IPv6 selects IPv6 addresses.
	IPv6
)

// HostByName looks a host up by its name or by an IPv4 address as text. An empty name stands for
// the machine's.
func HostByName(ctx context.Context, name string) (Host, error) {
	return answer[Host](ctx, hostByName(name))
}

// HostByAddr looks a host up by its IPv4 address.
func HostByAddr(ctx context.Context, addr netip.Addr) (Host, error) {
	return answer[Host](ctx, hostByAddress(addr))
}

// ServiceByName looks a service up by its name. With an empty protocol, the first match is the
// answer.
func ServiceByName(ctx context.Context, name, protocol string) (Service, error) {
	return answer[Service](ctx, serviceByName(name, protocol))
}

// ServiceByPort looks a service up by its port. With an empty protocol, the first match is the
// answer.
func ServiceByPort(ctx context.Context, port uint16, protocol string) (Service, error) {
	return answer[Service](ctx, serviceByPort(port, protocol))
}

// ProtocolByName looks a protocol up by its name.
func ProtocolByName(ctx context.Context, name string) (Protocol, error) {
	return answer[Protocol](ctx, protocolByName(name))
}

// ProtocolByNumber looks a protocol up by its number.
func ProtocolByNumber(ctx context.Context, number int32) (Protocol, error) {
	return answer[Protocol](ctx, protocolByNumber(number))
}

// AddressesOf looks up the addresses of a host.
func AddressesOf(ctx context.Context, name string, family Family) (Addresses, error) {
	return answer[Addresses](ctx, addressesOf(name, family))
}

// NameOf looks up the name of a host by its address of either family.
func NameOf(ctx context.Context, addr netip.Addr) (string, error) {
	return answer[string](ctx, nameOf(addr))
}

// answer looks a query up. The interface gives each query an answer of one type.
func answer[T any](ctx context.Context, query query) (T, error) {
	found, err := lookup(ctx, query)
	if err != nil {
		var none T
		return none, err
	}
	return found.(T), nil
}
