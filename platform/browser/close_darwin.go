package browser

import (
	"context"
	"os/exec"
)

// bundles are the names by which macOS knows the browsers.
var bundles = map[string]string{
	"chrome": "com.google.Chrome", "chromium": "org.chromium.Chromium", "edge": "com.microsoft.edgemac",
	"brave": "com.brave.Browser", "vivaldi": "com.vivaldi.Vivaldi", "opera": "com.operasoftware.Opera",
	"opera-gx": "com.operasoftware.OperaGX", "arc": "company.thebrowser.Browser", "yandex": "ru.yandex.desktop.yandex-browser",
	"firefox": "org.mozilla.firefox", "librewolf": "io.gitlab.librewolf-community.librewolf",
	"waterfox": "org.waterfoxproject.waterfox", "zen": "app.zen-browser.zen",
}

// askToClose sends the browser the event that its menu item Quit sends.
func (s System) askToClose(ctx context.Context, p Profile, _ int) error {
	id := bundles[p.Family.ID]
	if id == "" || p.Where.Channel != "" {
		return ErrByHand
	}
	script := `if application id "` + id + `" is running then tell application id "` + id + `" to quit`
	if exec.CommandContext(ctx, "/usr/bin/osascript", "-e", script).Run() != nil {
		return ErrByHand // the person may have refused it
	}
	return nil
}
