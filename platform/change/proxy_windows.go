package change

import (
	"context"
	"fmt"
	"strconv"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

var (
	wininet     = windows.NewLazySystemDLL("wininet.dll")
	queryOption = wininet.NewProc("InternetQueryOptionW")
	setOption   = wininet.NewProc("InternetSetOptionW")
)

// What InternetSetOption takes (wininet.h).
const (
	settingsChanged = 39 // INTERNET_OPTION_SETTINGS_CHANGED
	refresh         = 37 // INTERNET_OPTION_REFRESH
	perConnection   = 75 // INTERNET_OPTION_PER_CONNECTION_OPTION
	optionFlags     = 1  // INTERNET_PER_CONN_FLAGS
	flagDirect      = 1  // PROXY_TYPE_DIRECT; 2 servers, 4 script, 8 detection
	allFlags        = 15
)

// connOption is INTERNET_PER_CONN_OPTION, whose value is a union with a pointer.
type connOption struct {
	option uint32
	value  uint64
}

// connList is INTERNET_PER_CONN_OPTION_LIST.
type connList struct {
	size       uint32
	connection *uint16
	count      uint32
	failed     uint32
	options    *connOption
}

// flags reads which kinds of proxies this account uses.
func flags() (uint32, error) {
	if queryOption.Find() != nil {
		return 0, ErrNotHere
	}
	o := connOption{option: optionFlags}
	l := connList{count: 1, options: &o}
	l.size = uint32(unsafe.Sizeof(l))
	size := l.size
	if ok, _, err := queryOption.Call(0, perConnection, uintptr(unsafe.Pointer(&l)), uintptr(unsafe.Pointer(&size))); ok == 0 {
		return 0, err
	}
	return uint32(o.value) & allFlags, nil
}

// proxySteps leaves only the direct way; servers and script stay written down.
func proxySteps(context.Context) ([]Step, error) {
	now, err := flags()
	if err != nil {
		return nil, err
	}
	if now&^flagDirect == 0 {
		return nil, ErrNothing
	}
	if managed() {
		return nil, fmt.Errorf("%w: the proxy is fixed by an administrator", ErrNotHere)
	}
	return []Step{{Verb: ProxyWindows, Args: map[string]string{"flags": strconv.Itoa(flagDirect)}, Info: map[string]string{"before": flagNames(now)}}}, nil
}

// managed reports whether the machine's setting counts and not the account's.
func managed() bool {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer key.Close()
	n, _, err := key.GetIntegerValue("ProxySettingsPerUser")
	return err == nil && n == 0
}

func proxyWindows(_ context.Context, done *Done, _ bool) error {
	want, err := strconv.ParseUint(done.Step.Args["flags"], 10, 8)
	if err != nil || want == 0 || want > allFlags {
		return ErrStep
	}
	before, err := flags()
	if err != nil {
		return err
	}
	script := autoConfig()
	o := connOption{option: optionFlags, value: want}
	l := connList{count: 1, options: &o}
	l.size = uint32(unsafe.Sizeof(l))
	if ok, _, err := setOption.Call(0, perConnection, uintptr(unsafe.Pointer(&l)), uintptr(l.size)); ok == 0 {
		return err
	}
	for _, option := range []uintptr{settingsChanged, refresh} { // running programs read the setting again
		_, _, _ = setOption.Call(0, option, 0, 0)
	}
	now, err := flags()
	if err != nil {
		return err
	}
	if uint64(now)&^flagDirect != want&^flagDirect { // the direct way is always among them
		return fmt.Errorf("%w: the setting is fixed by an administrator", ErrNotHere)
	}
	done.Before, done.After, done.Proved = flagNames(before), flagNames(now), true
	if script != "" && before&4 != 0 {
		done.Before += " " + clip(script)
	}
	done.Undo = &Step{Verb: ProxyWindows, Args: map[string]string{"flags": strconv.Itoa(int(before))}}
	return nil
}

func autoConfig() string {
	key, err := registry.OpenKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\Internet Settings`, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer key.Close()
	s, _, _ := key.GetStringValue("AutoConfigURL")
	return s
}
