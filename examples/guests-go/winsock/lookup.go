package winsock

import (
	"context"
	"sync"
	"time"
)

// The pauses between two looks for completions.
const (
	minPause = 20 * time.Microsecond
	maxPause = 10 * time.Millisecond
)

// An outcome is an answer of one of this package's types, or an error.
type outcome struct {
	answer any
	err    error
}

// session has the lookups that are under way.
var session = struct {
	sync.Mutex
	started bool
	lastTag uint64
	// pending has where each lookup's outcome goes, by its tag.
	pending map[uint64]chan<- outcome
	// looking says whether a goroutine looks for completions.
	looking bool
	// since is when the last lookup began. wake ends the pause before the next look then.
	since time.Time
	wake  chan struct{}
}{pending: map[uint64]chan<- outcome{}, wake: make(chan struct{}, 1)}

// lookup starts a request and waits for its outcome, or cancels it when the context is done.
func lookup(ctx context.Context, query query) (any, error) {
	defer query.pinned.Unpin()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ended := make(chan outcome, 1)
	handle, tag, err := start(query, ended)
	if err != nil {
		return nil, err
	}
	select {
	case outcome := <-ended:
		return outcome.answer, outcome.err
	case <-ctx.Done():
	}
	if stop(handle, tag) {
		return nil, ctx.Err()
	}
	// Its completion was taken before, or comes and says that the resolver side is down.
	outcome := <-ended
	return outcome.answer, outcome.err
}

// start starts a request. Its outcome goes to the channel.
func start(query query, ended chan<- outcome) (handle, tag uint64, err error) {
	session.Lock()
	defer session.Unlock()
	if !session.started {
		if err := startup(); err != nil {
			return 0, 0, err
		}
		session.started = true
	}
	session.lastTag++
	tag = session.lastTag
	if handle, err = asyncRequest(query, tag); err != nil {
		return 0, 0, err
	}
	session.pending[tag] = ended
	session.since = time.Now()
	select {
	case session.wake <- struct{}{}:
	default:
	}
	if !session.looking {
		session.looking = true
		go look()
	}
	return handle, tag, nil
}

// stop cancels a request, and returns whether it was in time. Its completion never arrives then.
func stop(handle, tag uint64) bool {
	session.Lock()
	defer session.Unlock()
	if cancel(handle) != nil {
		return false
	}
	delete(session.pending, tag)
	return true
}

// look hands completions out until no lookup is pending. The host cannot wake Go's scheduler, and
// a call that waits would hold up every goroutine. So looks come an eighth of the lookups' time
// apart: that is the most by which an answer is late.
func look() {
	for {
		pause, pending := takeAll()
		if !pending {
			return
		}
		select {
		case <-session.wake:
		case <-time.After(pause):
		}
	}
}

// takeAll hands out the completions that have come. It returns the time until the next look, and
// whether a lookup is pending.
func takeAll() (time.Duration, bool) {
	session.Lock()
	defer session.Unlock()
	for {
		tag, outcome, found := take()
		if !found {
			break
		}
		session.pending[tag] <- outcome
		delete(session.pending, tag)
	}
	session.looking = len(session.pending) > 0
	pause := time.Since(session.since) / 8
	return min(max(pause, minPause), maxPause), session.looking
}
