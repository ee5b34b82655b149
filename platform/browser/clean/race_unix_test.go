//go:build unix

package clean

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestRaceForLinks swaps the directories of caches for links to documents, and back, all the time
// while they are cleared. Whatever wins, the documents stay.
func TestRaceForLinks(t *testing.T) {
	w := furnished(t, t.TempDir())
	docs := w.home + "/docs"
	for i := range 20 {
		w.put(filepath.Join(docs, "sub", string(rune('a'+i))), "dear")
		w.put(filepath.Join(docs, "Cache_Data", string(rune('a'+i))), "dear")
	}
	victims := []string{w.chrCache + "/Cache", w.ffCache + "/cache2"} // a cache, and the directory of one
	stop := make(chan struct{})
	var all sync.WaitGroup
	for _, dir := range victims {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				os.Rename(dir, dir+".real")
				os.Symlink(docs, dir)
				time.Sleep(time.Duration(rand.IntN(300)) * time.Microsecond)
				os.Remove(dir)
				os.Rename(dir+".real", dir)
				time.Sleep(time.Duration(rand.IntN(1500)) * time.Microsecond)
			}
		})
	}
	cleared, named := 0, 0
	for i := range 400 {
		if i%4 == 0 {
			os.MkdirAll(w.ffCache+"/cache2/entries", 0o700) // through a link at times
			os.WriteFile(w.chrCache+"/Cache/again", nil, 0o600)
			os.WriteFile(w.ffCache+"/cache2/entries/again", nil, 0o600)
		}
		q := Request{Caches: i%2 == 0, Pages: true, Site: siteOf(t, "site1.test"), Profiles: w.System.Profiles(context.Background())}
		plan, err := w.Plan(context.Background(), q)
		must(t, err)
		result, err := w.Apply(context.Background(), plan, nil)
		must(t, err)
		cleared += len(result.Done)
		named += len(result.Refused)
		if result.ID == "" {
			continue
		}
		if i%3 == 0 {
			w.Undo(context.Background(), result.ID)
		}
		w.Delete(context.Background(), result.ID, Quickly, nil)
	}
	close(stop)
	all.Wait()
	for i := range 20 {
		for _, sub := range []string{"sub", "Cache_Data"} {
			if b, err := os.ReadFile(filepath.Join(docs, sub, string(rune('a'+i)))); err != nil || string(b) != "dear" {
				t.Errorf("a document is gone: %v", err)
			}
		}
	}
	if cleared == 0 || named == 0 {
		t.Errorf("the race was none: %d cleared, %d refused", cleared, named)
	}
	t.Logf("%d cleared, %d refused", cleared, named)
}
