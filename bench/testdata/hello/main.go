// Command hello is the least that a window made with Fyne can be: what the bench compares with. When
// asked to, it writes the same lines about its event loop as Waymend's window.
package main

import (
	"fmt"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/widget"
)

func main() {
	a := app.NewWithID("hello")
	w := a.NewWindow("Waymend")
	label := widget.NewLabel("Hello")
	w.SetContent(label)
	w.Resize(fyne.NewSize(960, 680))
	w.Show()
	if path := os.Getenv("WAYMEND_TRACE_WINDOW"); path != "" {
		file, err := os.Create(path)
		if err != nil {
			os.Exit(1)
		}
		turns, last := 0, time.Now()
		loop := fyne.NewAnimation(time.Second, func(float32) {
			turns++
			gap := time.Since(last)
			last = time.Now()
			if os.Getenv("HELLO_BUSY") != "" { // something new to paint in every turn
				label.SetText(fmt.Sprint("Hello ", turns))
			}
			at := float64(last.UnixMicro()) / 1000
			switch {
			case turns == 2:
				fmt.Fprintf(file, `{"at_ms":%f,"first_frame":true}`+"\n", at)
			case turns > 2 && gap > 2*time.Second/60:
				fmt.Fprintf(file, `{"at_ms":%f,"gap_ms":%f}`+"\n", at, float64(gap.Microseconds())/1000)
			}
		})
		loop.RepeatCount = fyne.AnimationRepeatForever
		loop.Start()
	}
	a.Run()
}
