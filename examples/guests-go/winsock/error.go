package winsock

// An Error is an error of Windows Sockets, by its number. Compare it by [errors.Is]:
//
//	if errors.Is(err, winsock.ErrHostNotFound) { ... }
type Error int32

// The errors of calls and of completions.
const (
	// ErrAccessDenied says that the embedder's policy denies the query, or every address of its
	// answer: WSAEACCES.
	ErrAccessDenied Error = 10013
	// ErrInvalidArgument says that an argument is invalid: WSAEINVAL.
	ErrInvalidArgument Error = 10022
	// ErrWouldBlock says that a limit is reached. The same call works after other lookups end:
	// WSAEWOULDBLOCK.
	ErrWouldBlock Error = 10035
	// ErrNetworkDown says that the resolver side is down: WSAENETDOWN.
	ErrNetworkDown Error = 10050
	// ErrProcessLimit says that the host has reached its limit of programs: WSAEPROCLIM.
	ErrProcessLimit Error = 10067
	// ErrSystemNotReady says that the host cannot serve the program: WSASYSNOTREADY.
	ErrSystemNotReady Error = 10091
	// ErrHostNotFound says that there is no such host: WSAHOST_NOT_FOUND.
	ErrHostNotFound Error = 11001
	// ErrTryAgain says that a server was silent or busy: WSATRY_AGAIN.
	ErrTryAgain Error = 11002
	// ErrNoRecovery says that a server refused or is broken: WSANO_RECOVERY.
	ErrNoRecovery Error = 11003
	// ErrNoData says that the name is known and has no such address, or that there is no such
	// service or protocol: WSANO_DATA.
	ErrNoData Error = 11004
)

// The errors in the interface's order, each with its name there.
var codes = [...]struct {
	err  Error
	name string
}{
	{10004, "interrupted"},
	{ErrAccessDenied, "access-denied"},
	{10014, "bad-address"},
	{ErrInvalidArgument, "invalid-argument"},
	{ErrWouldBlock, "would-block"},
	{10036, "in-progress"},
	{10037, "already-completed"},
	{ErrNetworkDown, "network-down"},
	{10055, "no-buffer-space"},
	{ErrProcessLimit, "process-limit"},
	{ErrSystemNotReady, "system-not-ready"},
	{10092, "version-not-supported"},
	{10093, "not-initialised"},
	{ErrHostNotFound, "host-not-found"},
	{ErrTryAgain, "try-again"},
	{ErrNoRecovery, "no-recovery"},
	{ErrNoData, "no-data"},
}

// Error returns the interface's name of the error.
func (e Error) Error() string {
	for _, code := range codes {
		if code.err == e {
			return code.name
		}
	}
	return "no error of Windows Sockets"
}
