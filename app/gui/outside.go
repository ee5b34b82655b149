package gui

import (
	"context"

	"github.com/waymend/waymend/app/beside"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/tray"
	"github.com/waymend/waymend/platform/clipboard"
	"github.com/waymend/waymend/platform/launch"
	"github.com/waymend/waymend/platform/login"
)

// outside is what the window can set going outside of itself; tests put their own in its place.
type outside struct {
	browsers func() []launch.Browser
	open     func(b launch.Browser, url string, private bool) error
	// openClean opens an address with a clean profile.
	openClean func(mend.Kit, launch.Browser, string) error
	url       func(string) error // in the browser that the system prefers
	file      func(string) error
	folder    func(string) error
	restart   func(context.Context) error
	// reloadKeys names the keys that load a page anew, for a browser's id.
	reloadKeys func(id string) string
	still      func() bool // the system asks for less motion
	clipboard  func(context.Context) (string, error)
	atLogin    func() (bool, error) // the background checks begin when the person logs in
	setAtLogin func(on bool) error
	tray       func(context.Context) bool // the desktop shows icons of programs in the background
}

func newOutside() outside {
	return outside{
		browsers:   launch.Browsers,
		open:       launch.Browser.Open,
		openClean:  mend.Kit.OpenClean,
		url:        launch.URL,
		file:       launch.File,
		folder:     launch.Folder,
		restart:    launch.RestartComputer,
		reloadKeys: launch.ReloadKeys,
		still:      launch.ReducedMotion,
		clipboard:  clipboard.Read,
		atLogin:    atLogin,
		setAtLogin: setAtLogin,
		tray:       tray.Available,
	}
}

// loginEntry is what starts when the person logs in.
func loginEntry() (login.Entry, error) {
	program, err := beside.AgentProgram()
	return login.Entry{Program: program, Arguments: []string{beside.AgentCommand}, Description: "Waymend"}, err
}

func atLogin() (bool, error) {
	entry, err := loginEntry()
	if err != nil {
		return false, err
	}
	state, err := entry.State()
	return state.On, err
}

func setAtLogin(on bool) error {
	entry, err := loginEntry()
	switch {
	case err != nil:
		return err
	case on:
		return entry.Enable()
	}
	return entry.Disable()
}
