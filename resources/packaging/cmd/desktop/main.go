// Desktop writes the files by which systems know an installed Waymend into a folder; package
// packaging makes them. Run it from the top of the source.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/waymend/waymend/resources/packaging"
)

func main() { os.Exit(run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)) }

func run(args []string, getenv func(string) string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("desktop", flag.ContinueOnError)
	flags.SetOutput(errs)
	folder := flags.String("out", "", "write into this `folder`")
	source := flags.String("app", "FyneApp.toml", "read this `file`")
	date := flags.String("date", "", "`day` of the release, as 2026-01-02; SOURCE_DATE_EPOCH or today if not given")
	if flags.Parse(args) != nil {
		return 2
	}
	if *folder == "" || flags.NArg() > 0 {
		fmt.Fprintln(errs, "usage: desktop -out DIR")
		return 2
	}
	if err := write(*source, *folder, *date, getenv, out); err != nil {
		fmt.Fprintln(errs, "desktop:", err)
		return 1
	}
	return 0
}

func write(source, folder, date string, getenv func(string) string, out io.Writer) error {
	day, err := releaseDay(date, getenv("SOURCE_DATE_EPOCH"))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	app, err := packaging.Read(text)
	if err != nil {
		return err
	}
	files, err := app.Files(day)
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(folder, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Text, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(out, path)
	}
	return nil
}

// releaseDay is the day given, else the one by which builds are repeated exactly, else today.
func releaseDay(date, epoch string) (time.Time, error) {
	if date != "" {
		return time.Parse(time.DateOnly, date)
	}
	if epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		return time.Unix(seconds, 0), err
	}
	return time.Now(), nil
}
