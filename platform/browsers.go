package platform

import (
	"context"

	"github.com/waymend/waymend/platform/browser"
)

// browsers reports the profiles of the browsers that this account uses, the last used first.
func browsers(ctx context.Context, host string) ([]BrowserProfile, error) {
	list := []BrowserProfile{}
	for _, r := range browser.Here().Reports(ctx, host) {
		list = append(list, BrowserProfile{
			Browser: r.Browser, Profile: r.Name,
			DoHMode: r.DoHMode, DoHURL: r.DoHURL, ProxyMode: r.ProxyMode, Proxy: r.Proxy, Managed: r.Managed,
			Cookies: r.Jar.Count, CookieBytes: r.Jar.Bytes, CookieErr: r.CookieErr, Used: r.Used,
		})
	}
	return list, ctx.Err()
}
