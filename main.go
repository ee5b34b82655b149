// Waymend examines the way from this computer to a website and says who is at fault.
package main

import (
	"os"

	"github.com/waymend/waymend/app/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], window)) }
