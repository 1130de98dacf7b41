// Lookup starts all lookups at once, and prints each answer as it comes.
//
//	cd examples/guests-go
//	GOOS=wasip1 GOARCH=wasm go build -o lookup.wasm .
//	winsock-async run --allow localhost lookup.wasm host:localhost serv:http/tcp
//
//	lookup [--timeout MS] QUERY...    cancels what is pending after this time
//	cancel:QUERY                      starts a lookup and cancels it
package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/winsock-async/winsock-async/examples/guests-go/winsock"
)

func main() {
	texts := os.Args[1:]
	ctx, why := context.Background(), ""
	if len(texts) > 1 && texts[0] == "--timeout" {
		ms, err := strconv.Atoi(texts[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, "lookup: --timeout:", err)
			os.Exit(2)
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(ms)*time.Millisecond)
		defer cancel()
		why, texts = fmt.Sprintf("cancelled after %d ms", ms), texts[2:]
	}
	var running sync.WaitGroup
	failed := false
	for _, text := range texts {
		if query, found := strings.CutPrefix(text, "cancel:"); found {
			cancelled(ctx, query)
			failed = true
			continue
		}
		running.Go(func() {
			if !printed(ctx, text, why) {
				failed = true
			}
		})
	}
	running.Wait()
	if failed {
		os.Exit(1)
	}
}

// cancelled starts a lookup, and cancels it while it is under way.
func cancelled(ctx context.Context, query string) {
	ctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(0, cancel)
	printed(ctx, query, "cancelled")
}

// printed looks a query up, prints the outcome, and returns whether there was an answer. why says
// what the end of the context means.
func printed(ctx context.Context, query, why string) bool {
	answer, err := lookUp(ctx, query)
	switch {
	case err == nil:
		fmt.Printf("%s: %s\n", query, answer)
	case errors.Is(err, ctx.Err()):
		fmt.Printf("%s: %s\n", query, why)
	default:
		fmt.Printf("%s: %v\n", query, err)
	}
	return err == nil
}

// lookUp looks a query up, and returns the answer as a text.
func lookUp(ctx context.Context, text string) (string, error) {
	kind, value, _ := strings.Cut(text, ":")
	name, protocol, _ := strings.Cut(value, "/")
	switch kind {
	case "host":
		host, err := winsock.HostByName(ctx, value)
		return shownHost(host), err
	case "addr":
		addr, err := netip.ParseAddr(value)
		if err != nil {
			return "", err
		}
		host, err := winsock.HostByAddr(ctx, addr)
		return shownHost(host), err
	case "serv":
		service, err := winsock.ServiceByName(ctx, name, protocol)
		return shownService(service), err
	case "port":
		port, err := strconv.ParseUint(name, 10, 16)
		if err != nil {
			return "", err
		}
		service, err := winsock.ServiceByPort(ctx, uint16(port), protocol)
		return shownService(service), err
	case "proto":
		protocol, err := winsock.ProtocolByName(ctx, value)
		return shownProtocol(protocol), err
	case "protonum":
		number, err := strconv.ParseInt(value, 10, 32)
		if err != nil {
			return "", err
		}
		protocol, err := winsock.ProtocolByNumber(ctx, int32(number))
		return shownProtocol(protocol), err
	case "ip":
		found, err := winsock.AddressesOf(ctx, value, winsock.AnyFamily)
		if found.CanonicalName == "" {
			found.CanonicalName = "?"
		}
		return found.CanonicalName + spaced(found.Addresses), err
	}
	return "", fmt.Errorf("%q is no query; write one such as host:localhost", text)
}

func shownHost(host winsock.Host) string {
	return names(host.Name, host.Aliases) + spaced(host.Addresses)
}

func shownService(service winsock.Service) string {
	name := names(service.Name, service.Aliases)
	return fmt.Sprintf("%s port %d/%s", name, service.Port, service.Protocol)
}

func shownProtocol(protocol winsock.Protocol) string {
	return fmt.Sprintf("%s number %d", names(protocol.Name, protocol.Aliases), protocol.Number)
}

// names returns the official name, and the others.
func names(name string, aliases []string) string {
	switch len(aliases) {
	case 0:
		return name
	case 1:
		return fmt.Sprintf("%s (alias %s)", name, aliases[0])
	}
	return fmt.Sprintf("%s (aliases %s)", name, strings.Join(aliases, ", "))
}

// spaced returns the addresses with a space before each.
func spaced(addresses []netip.Addr) string {
	var text strings.Builder
	for _, address := range addresses {
		text.WriteString(" " + address.String())
	}
	return text.String()
}
