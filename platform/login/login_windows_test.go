package login

import "testing"

// TestEntry goes from no entry to one and back. It runs in an account for tests, such as Wine's.
func TestEntry(t *testing.T) {
	e := Entry{Program: `C:\way mend\waymend.exe`, Arguments: []string{"agent"}}
	if s, err := e.State(); err != nil || s.How != "" {
		t.Skipf("there is an entry already: %+v, %v", s, err)
	}
	t.Cleanup(func() { _ = e.Disable() })
	if err := e.Enable(); err != nil {
		t.Fatal(err)
	}
	if s, err := e.State(); err != nil || s != (State{On: true, How: RunKey, File: place, Program: e.Program, Current: true}) {
		t.Errorf("on: %+v, %v", s, err)
	}
	moved := Entry{Program: `C:\two\waymend.exe`, Arguments: e.Arguments}
	if s, err := moved.State(); err != nil || s.Current || s.Program != e.Program {
		t.Errorf("a program that was moved: %+v, %v", s, err)
	}
	for range 2 {
		if err := e.Disable(); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := e.State(); err != nil || s != (State{}) {
		t.Errorf("off: %+v, %v", s, err)
	}
}
