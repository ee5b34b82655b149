// Package beside starts the programs that lie beside this one: the window of the desktop build, and the
// small program that watches in the background. What is started outlives the program that starts it.
package beside

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/waymend/waymend/app/control"
)

// Window starts the desktop build with what it shall show, and reports whether there was one to start and
// a display to show it on.
func Window(wish control.Wish) bool {
	folder, err := folder()
	return err == nil && HasDisplay() && window(folder, wish) == nil
}

func window(folder string, wish control.Wish) error {
	var args []string
	if link := wish.Link(); link != "" {
		args = append(args, link)
	}
	return start(filepath.Join(folder, desktop), args...)
}

// Agent starts the background checks of this person; a second one ends by itself.
func Agent() error {
	program, err := AgentProgram()
	if err != nil {
		return err
	}
	return start(program, AgentCommand)
}

// AgentCommand is the argument that makes a build of ours the agent.
const AgentCommand = "agent"

// AgentProgram is the build that the agent runs as: the small one where it lies beside this one, because
// the desktop build is several times as large in memory.
func AgentProgram() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	small := filepath.Join(filepath.Dir(self), terminal)
	if info, err := os.Stat(small); err == nil && info.Mode().IsRegular() {
		return small, nil
	}
	return self, nil
}

func folder() (string, error) {
	self, err := os.Executable()
	return filepath.Dir(self), err
}

// start runs a program on its own.
func start(program string, args ...string) error {
	if info, err := os.Stat(program); err != nil {
		return err
	} else if info.IsDir() {
		return errors.New(program + " is a folder")
	}
	run := exec.Command(program, args...)
	run.SysProcAttr = OnItsOwn()
	if err := run.Start(); err != nil {
		return err
	}
	return run.Process.Release() // nothing is waited for
}
