package packaging

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"
	"time"
)

// TestPolicy: the rule for more rights names this program and its one command, and asks an
// administrator in every case.
func TestPolicy(t *testing.T) {
	text, err := os.ReadFile("../../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	a, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	files, err := a.Files(time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Path, ".policy") {
			continue
		}
		var policy struct {
			Action struct {
				ID       string   `xml:"id,attr"`
				Message  []string `xml:"message"`
				Defaults struct {
					Any      string `xml:"allow_any"`
					Inactive string `xml:"allow_inactive"`
					Active   string `xml:"allow_active"`
				} `xml:"defaults"`
				Annotate []struct {
					Key   string `xml:"key,attr"`
					Value string `xml:",chardata"`
				} `xml:"annotate"`
			} `xml:"action"`
		}
		if err := xml.Unmarshal(f.Text, &policy); err != nil {
			t.Fatalf("%v\n%s", err, f.Text)
		}
		p := policy.Action
		if f.Path != "linux/"+a.Details.ID+".policy" || p.ID != a.Details.ID+".mend" || len(p.Message) < 1 || p.Message[0] == "" {
			t.Errorf("%s: %+v", f.Path, p)
		}
		for _, d := range []string{p.Defaults.Any, p.Defaults.Inactive, p.Defaults.Active} {
			if !strings.HasPrefix(d, "auth_admin") {
				t.Errorf("an account that is no administrator: %q", d)
			}
		}
		if len(p.Annotate) != 2 || p.Annotate[0].Value != "/usr/bin/waymend" || p.Annotate[1].Value != "elevated" {
			t.Errorf("%+v", p.Annotate)
		}
		return
	}
	t.Error("there is no policy")
}
