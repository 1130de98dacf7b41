package winsock

// adapterMemory is for the adapter of WASI preview 1, which a component of this program has. The
// adapter starts before Go does, so it cannot ask Go for memory. If it grew the memory, Go's heap
// would overwrite it. So the runner gives it this array, which begins with a mark.
var adapterMemory = [192 << 10]byte{
	'w', 'i', 'n', 's', 'o', 'c', 'k', '-', 'a', 's', 'y', 'n', 'c',
	' ', 'a', 'd', 'a', 'p', 't', 'e', 'r', ' ', 'm', 'e', 'm', 'o', 'r', 'y',
}

// The linker leaves out what nothing reads.
func init() {
	if adapterMemory[0] == 0 {
		panic("winsock: no memory for the adapter")
	}
}
