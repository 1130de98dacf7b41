// Heap fills the heap while it looks up and prints, and checks that nothing else writes to it. Then
// it looks up in twenty goroutines, half of which give up.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/winsock-async/winsock-async/examples/guests-go/winsock"
)

func main() {
	if err := fill(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	together(20)
}

// fill keeps 64 blocks of 1 MiB, and checks each after each lookup.
func fill() error {
	var blocks [][]byte
	for i := range 64 {
		block := make([]byte, 1<<20)
		for j := range block {
			block[j] = byte(i + j)
		}
		blocks = append(blocks, block)
		host, err := winsock.HostByName(context.Background(), "quick.test")
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, i, host.Name, len(host.Aliases), len(host.Addresses))
		for i, block := range blocks {
			for j := 0; j < len(block); j += 4096 {
				if block[j] != byte(i+j) {
					return fmt.Errorf("block %d is overwritten at %d", i, j)
				}
			}
		}
	}
	return nil
}

// together looks up in many goroutines at once. Half of them give up.
func together(count int) {
	ended := make(chan error)
	for i := range count {
		go func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			name := "quick.test"
			if i%2 == 0 {
				name = "never.test"
				time.AfterFunc(0, cancel)
			}
			_, err := winsock.HostByName(ctx, name)
			ended <- err
		}()
	}
	answered, cancelled := 0, 0
	for range count {
		switch err := <-ended; {
		case err == nil:
			answered++
		case errors.Is(err, context.Canceled):
			cancelled++
		default:
			fmt.Println(err)
		}
	}
	fmt.Println("answered", answered, "cancelled", cancelled)
}
