//go:build lab

// Command show has a tray and notifications and nothing else. It reads orders from its input, one in
// JSON a line, and writes what happens to its output.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/tray"
	"github.com/waymend/waymend/platform/notify"
)

// Order is one line of the input.
type Order struct {
	Status   *control.Status
	Note     *notify.Note
	Withdraw *uint64
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	say := func(what ...any) func() { return func() { fmt.Println(what...) } }
	statuses := make(chan control.Status)
	go orders(ctx, statuses)
	err := tray.Run(ctx, tray.Options{
		Lang:     "en",
		Statuses: statuses,
		Shown:    func(has bool) { fmt.Println("shown", has) },
		Do: tray.Actions{
			Check: say("check"), Reset: say("reset"), Pause: say("pause"), Resume: say("resume"), Open: say("open"),
			Show: func(address string) { fmt.Println("show", address) },
			Quit: func() { fmt.Println("quit"); cancel() },
		},
	})
	fmt.Println("end", err)
	if errors.Is(err, tray.ErrUnsupported) || errors.Is(err, tray.ErrGone) {
		<-ctx.Done() // as the agent, which goes on without
	}
}

func orders(ctx context.Context, statuses chan<- control.Status) {
	n := notify.New("Waymend")
	go func() {
		for p := range n.Picked() {
			fmt.Println("picked", p.ID, p.Action)
		}
	}()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 4<<20)
	for in.Scan() {
		var o Order
		switch err := json.Unmarshal(in.Bytes(), &o); {
		case err != nil:
			fmt.Println(err)
		case o.Status != nil:
			statuses <- *o.Status
		case o.Note != nil:
			fmt.Println("noted", n.Show(ctx, *o.Note))
		case o.Withdraw != nil:
			fmt.Println("withdrawn", n.Withdraw(ctx, *o.Withdraw))
		}
	}
}
