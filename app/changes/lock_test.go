package changes

import (
	"path/filepath"
	"testing"
	"testing/synctest"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "lock")
	synctest.Test(t, func(t *testing.T) { // the second one waits for seconds, of a virtual clock
		unlock, err := Lock(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Lock(path); err == nil {
			t.Error("locked twice")
		}
		unlock()
		unlock, err = Lock(path)
		if err != nil {
			t.Fatal(err)
		}
		unlock()
	})
}
