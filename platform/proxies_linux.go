package platform

import (
	"context"
	"net/url"
)

func proxies(ctx context.Context, u *url.URL) ([]Proxy, error) {
	return environmentProxies(ctx, u)
}
