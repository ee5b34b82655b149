package notify

import "golang.org/x/sys/windows"

// What the shell is asked with; names and values as in shellapi.h and winuser.h.

var (
	user32              = windows.NewLazySystemDLL("user32.dll")
	procRegisterClass   = user32.NewProc("RegisterClassExW")
	procCreateWindow    = user32.NewProc("CreateWindowExW")
	procDestroyWindow   = user32.NewProc("DestroyWindow")
	procDefWindow       = user32.NewProc("DefWindowProcW")
	procGetMessage      = user32.NewProc("GetMessageW")
	procDispatchMessage = user32.NewProc("DispatchMessageW")
	procPostMessage     = user32.NewProc("PostMessageW")
	procCreateIcon      = user32.NewProc("CreateIconFromResourceEx")
	procLoadIcon        = user32.NewProc("LoadIconW")
	procNotifyIcon      = windows.NewLazySystemDLL("shell32.dll").NewProc("Shell_NotifyIconW")
)

const (
	messageOrder = 0x8001 // WM_APP and more: our own messages
	messageIcon  = 0x8002
	messageClose = 0x8003

	iconAdd    = 0 // NIM_ADD
	iconDelete = 2 // NIM_DELETE

	flagMessage = 0x01 // NIF_MESSAGE
	flagIcon    = 0x02 // NIF_ICON
	flagTip     = 0x04 // NIF_TIP
	flagInfo    = 0x10 // NIF_INFO

	infoPlain   = 0x01 // NIIF_INFO
	infoWarning = 0x02 // NIIF_WARNING
	infoQuiet   = 0x80 // NIIF_RESPECT_QUIET_TIME

	buttonUp       = 0x202 // WM_LBUTTONUP
	balloonTimeout = 0x404 // NIN_BALLOONTIMEOUT
	balloonClicked = 0x405 // NIN_BALLOONUSERCLICK
)

// iconData is NOTIFYICONDATAW.
type iconData struct {
	Size                   uint32
	Window                 windows.Handle
	Number, Flags, Message uint32
	Icon                   windows.Handle
	Tip                    [128]uint16
	State, StateMask       uint32
	Info                   [256]uint16
	Timeout                uint32
	InfoTitle              [64]uint16
	InfoFlags              uint32
	Item                   windows.GUID
	BalloonIcon            windows.Handle
}

// windowClass is WNDCLASSEXW.
type windowClass struct {
	Size, Style                        uint32
	Proc                               uintptr
	ClassExtra, WindowExtra            int32
	Instance, Icon, Cursor, Background windows.Handle
	Menu, Name                         *uint16
	SmallIcon                          windows.Handle
}

// windowMessage is MSG.
type windowMessage struct {
	Window        windows.Handle
	Message       uint32
	First, Second uintptr
	Time          uint32
	X, Y          int32
}
