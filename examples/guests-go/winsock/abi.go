package winsock

// The canonical ABI of winsock:async-lookup@0.1.0, by hand: a program for wasip1 is a core module,
// and its calls have core parameters. The layouts below follow from wit/types.wit.

import (
	"encoding/binary"
	"net/netip"
	"unsafe"
)

//go:wasmimport winsock:async-lookup/lifecycle@0.1.0 startup
func wasmStartup(result unsafe.Pointer)

//go:wasmimport winsock:async-lookup/requests@0.1.0 async-request
func wasmAsyncRequest(kind, a uint32, b, c uint64, d, e uint32, tag uint64, result unsafe.Pointer)

//go:wasmimport winsock:async-lookup/requests@0.1.0 cancel
func wasmCancel(handle uint64, result unsafe.Pointer)

//go:wasmimport winsock:async-lookup/completions@0.1.0 take
func wasmTake(max uint32, result unsafe.Pointer)

// arena holds what the host writes during a call: one answer, which it bounds by answer_bytes,
// 8 KiB by default. The arena is static, because the allocator may not call Go's: that could run
// another goroutine, whose calls the host refuses meanwhile.
var arena [1 << 20]byte

// used is how much of the arena the host has taken.
var used uintptr

// The host takes memory for what it returns. The name is not cabi_realloc, which the adapter of
// WASI preview 1 calls before Go's runtime has started.
//
//go:wasmexport cabi_import_realloc
func realloc(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	start := (base()+used+uintptr(align)-1)&^(uintptr(align)-1) - base()
	if start+uintptr(size) > uintptr(len(arena)) {
		panic("winsock: an answer of more than 1 MiB")
	}
	used = start + uintptr(size)
	to := unsafe.Pointer(&arena[start])
	if oldSize > 0 {
		copy(arena[start:], unsafe.Slice((*byte)(old), min(oldSize, size)))
	}
	return to
}

func base() uintptr {
	return uintptr(unsafe.Pointer(&arena))
}

// written returns what the host has written at an address.
func written(address, length uint32) memory {
	start := uintptr(address) - base()
	return arena[start : start+uintptr(length)]
}

// A result is what a function returns that has more than a number: eight bytes, twice.
type result [2]uint64

// bytes returns the bytes of a result.
func (r *result) bytes() memory {
	return unsafe.Slice((*byte)(unsafe.Pointer(r)), unsafe.Sizeof(*r))
}

// err returns the error of a result<_, error-code>.
func (r *result) err(offset int) error {
	if r.bytes().u8(0) == 0 {
		return nil
	}
	return codes[r.bytes().u8(offset)].err
}

// startup begins the use of the other functions.
func startup() error {
	var result result
	wasmStartup(unsafe.Pointer(&result))
	return result.err(1)
}

// asyncRequest starts a request, and returns its handle.
func asyncRequest(query query, tag uint64) (uint64, error) {
	var result result
	q := &query
	wasmAsyncRequest(q.kind, q.a, q.b, q.c, q.d, q.e, tag, unsafe.Pointer(&result))
	return result[1], result.err(8)
}

// cancel cancels a request.
func cancel(handle uint64) error {
	var result result
	wasmCancel(handle, unsafe.Pointer(&result))
	return result.err(1)
}

// take takes the oldest completion, if there is one.
func take() (tag uint64, end outcome, found bool) {
	var result result
	used = 0
	wasmTake(1, unsafe.Pointer(&result))
	completions := result.bytes().list(0, 56)
	if len(completions) == 0 {
		return 0, outcome{}, false
	}
	completion := completions[0]
	tag = completion.u64(8)
	if completion.u8(16) != 0 {
		return tag, outcome{err: codes[completion.u8(20)].err}, true
	}
	return tag, outcome{answer: answerOf(completion[20:])}, true
}

// answerOf reads an answer.
func answerOf(answer memory) any {
	entry := answer[4:]
	switch answer.u8(0) {
	case 0:
		host := Host{Name: entry.string(0), Aliases: entry.strings(8)}
		for _, address := range entry.list(16, 4) {
			host.Addresses = append(host.Addresses, ipv4(address.u32(0)))
		}
		return host
	case 1:
		return Service{entry.string(0), entry.strings(8), uint16(entry.u32(16)), entry.string(20)}
	case 2:
		return Protocol{entry.string(0), entry.strings(8), int32(entry.u32(16))}
	case 3:
		var found Addresses
		if entry.u8(0) != 0 {
			found.CanonicalName = entry.string(4)
		}
		for _, address := range entry.list(12, 24) {
			found.Addresses = append(found.Addresses, ip(address))
		}
		return found
	default:
		return entry.string(0)
	}
}

// ip reads an address of either family.
func ip(address memory) netip.Addr {
	if address.u8(0) == 0 {
		return ipv4(address.u32(8))
	}
	var octets [16]byte
	binary.BigEndian.PutUint64(octets[:], address.u64(8))
	binary.BigEndian.PutUint64(octets[8:], address.u64(16))
	return netip.AddrFrom16(octets)
}

// ipv4 makes an address of its number.
func ipv4(number uint32) netip.Addr {
	var octets [4]byte
	binary.BigEndian.PutUint32(octets[:], number)
	return netip.AddrFrom4(octets)
}

// memory is a part of the memory that the host has written to.
type memory []byte

func (m memory) u8(offset int) uint8   { return m[offset] }
func (m memory) u32(offset int) uint32 { return binary.LittleEndian.Uint32(m[offset:]) }
func (m memory) u64(offset int) uint64 { return binary.LittleEndian.Uint64(m[offset:]) }

// string copies a string.
func (m memory) string(offset int) string {
	return string(written(m.u32(offset), m.u32(offset+4)))
}

// list returns the elements of a list, of a size in bytes each.
func (m memory) list(offset int, size uint32) []memory {
	elements := make([]memory, m.u32(offset+4))
	for i := range elements {
		elements[i] = written(m.u32(offset)+uint32(i)*size, size)
	}
	return elements
}

// strings copies a list of strings.
func (m memory) strings(offset int) []string {
	var strings []string
	for _, element := range m.list(offset, 8) {
		strings = append(strings, element.string(0))
	}
	return strings
}
