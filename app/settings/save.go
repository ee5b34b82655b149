package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"

	"github.com/BurntSushi/toml"

	"github.com/waymend/waymend/diagnostics"
)

// heading begins every settings file that the program writes.
const heading = "# Waymend's settings. What is not named here has its default.\n\n"

// Text returns the settings as a settings file, in which what has its default is left out.
func (s Settings) Text() (string, error) {
	var f file
	f.Language = s.Language
	if s.Timeout != DefaultTimeout {
		f.Check.Timeout = s.Timeout.String()
	}
	f.Window.Theme, f.Window.Size, f.Window.Still, f.Window.Closing = s.Theme, s.Size, s.Still, s.Closing
	f.Privacy.Forget = s.Forget
	standard := diagnostics.DefaultReferences()
	var b bytes.Buffer
	b.WriteString(heading)
	e := toml.NewEncoder(&b)
	e.Indent = ""
	scalars := struct {
		Language string `toml:"language,omitempty"`
		Check    any    `toml:"check,omitempty"`
		Window   any    `toml:"window,omitempty"`
		Privacy  any    `toml:"privacy,omitempty"`
		Watch    any    `toml:"watch,omitempty"`
	}{Language: f.Language, Check: given(f.Check), Window: given(f.Window), Privacy: given(f.Privacy), Watch: given(s.Watch.file())}
	if err := e.Encode(scalars); err != nil {
		return "", err
	}
	references := map[string]any{}
	if !reflect.DeepEqual(s.References.Anchors, standard.Anchors) {
		anchors := []fileAnchor{}
		for _, a := range s.References.Anchors {
			anchors = append(anchors, fileAnchor{a.Operator, text(a.V4), text(a.V6), a.DoH})
		}
		references["anchors"] = anchors
	}
	if !reflect.DeepEqual(s.References.SignIn, standard.SignIn) {
		probes := []fileProbe{}
		for _, p := range s.References.SignIn {
			probes = append(probes, fileProbe(p))
		}
		references["sign_in"] = probes
	}
	if len(references) > 0 {
		b.WriteByte('\n')
		if err := e.Encode(map[string]any{"references": references}); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// given is nil for a table in which nothing is chosen.
func given(table any) any {
	if reflect.ValueOf(table).IsZero() {
		return nil
	}
	return table
}

func text(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// Save writes the settings file; it is complete or as it was. What a person wrote by hand is kept
// beside it with the ending .bak, because comments do not survive. A file that Load does not
// understand is not replaced: its owner may want to mend it. Errors are sentences.
func (s Settings) Save(path string) error {
	if path == "" {
		return errors.New("this system names no place for a settings file")
	}
	if _, err := Load(path); err != nil {
		return fmt.Errorf("%w; it is left as it is", err)
	}
	content, err := s.Text()
	if err != nil {
		return fmt.Errorf("the settings cannot be written down: %w", err)
	}
	again, err := Parse(content)
	if err != nil {
		return fmt.Errorf("these settings cannot be written down: %w", err)
	}
	if text, err := again.Text(); err != nil || text != content {
		return errors.New("these settings cannot be written down")
	}
	old, err := os.ReadFile(path)
	if err == nil && string(old) == content {
		return nil
	}
	if err == nil && !bytes.HasPrefix(old, []byte(heading)) {
		err = replace(path+".bak", old)
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = replace(path, []byte(content))
	}
	if err != nil {
		return fmt.Errorf("the settings file %s cannot be written: %w", path, err)
	}
	return nil
}

// replace writes a whole file by renaming a complete one. A link is followed, so that a settings
// file that lives elsewhere stays there.
func replace(path string, content []byte) error {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".waymend-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
