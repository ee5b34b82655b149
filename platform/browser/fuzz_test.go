package browser

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzProfileLists holds that no list of a browser leads to a directory that is not there, and
// Chromium's to none outside of its own.
func FuzzProfileLists(f *testing.F) {
	f.Add([]byte(`{"profile":{"info_cache":{"Default":{"name":"Home","active_time":1e9},"../out":{},"":{}}}}`))
	f.Add([]byte("[Profile0]\nName=a\nPath=../out\nIsRelative=1\n[Install1]\nDefault=Default\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		base := t.TempDir()
		root := filepath.Join(base, "root")
		for _, dir := range []string{root, filepath.Join(root, "Default"), filepath.Join(base, "out")} {
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"Local State", "profiles.ini", "installs.ini"} {
			put(t, filepath.Join(root, name), string(b))
		}
		for _, p := range chromiumProfiles(root) {
			if rel, err := filepath.Rel(root, p.Dir); err != nil || !filepath.IsLocal(rel) {
				t.Errorf("%q leads to %q", b, p.Dir)
			}
		}
		for _, p := range geckoProfiles(root) {
			if !isDir(p.Dir) {
				t.Errorf("%q leads to %q", b, p.Dir)
			}
		}
	})
}
