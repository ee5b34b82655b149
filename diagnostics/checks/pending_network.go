package checks

import (
	"context"
	"errors"
	"github.com/waymend/waymend/diagnostics"
)

func runLinks(context.Context, *diagnostics.Env) (v LinkList, err error) {
	return v, errors.ErrUnsupported
}
func runRoutes(context.Context, *diagnostics.Env) (v RouteList, err error) {
	return v, errors.ErrUnsupported
}
func runResolvers(context.Context, *diagnostics.Env) (v ResolverList, err error) {
	return v, errors.ErrUnsupported
}
func runHostsFile(context.Context, *diagnostics.Env) (v HostsEntries, err error) {
	return v, errors.ErrUnsupported
}
func runProxies(context.Context, *diagnostics.Env) (v ProxyList, err error) {
	return v, errors.ErrUnsupported
}
func runFirewall(context.Context, *diagnostics.Env) (v FirewallEvidence, err error) {
	return v, errors.ErrUnsupported
}
func runBrowsers(context.Context, *diagnostics.Env) (v BrowserList, err error) {
	return v, errors.ErrUnsupported
}
func runRouterEcho(context.Context, *diagnostics.Env) (v RouterReport, err error) {
	return v, errors.ErrUnsupported
}
func runSignIn(context.Context, *diagnostics.Env) (v SignInReport, err error) {
	return v, errors.ErrUnsupported
}
func runLoss(context.Context, *diagnostics.Env) (v LossReport, err error) {
	return v, errors.ErrUnsupported
}
func runOtherLinks(context.Context, *diagnostics.Env) (v OtherLinksReport, err error) {
	return v, errors.ErrUnsupported
}
func runSystemLookup(context.Context, *diagnostics.Env) (v Lookup, err error) {
	return v, errors.ErrUnsupported
}
func runConfiguredServers(context.Context, *diagnostics.Env) (v ServerList, err error) {
	return v, errors.ErrUnsupported
}
func runPublicServers(context.Context, *diagnostics.Env) (v ServerList, err error) {
	return v, errors.ErrUnsupported
}
func runSecureServers(context.Context, *diagnostics.Env) (v ServerList, err error) {
	return v, errors.ErrUnsupported
}
func runControlNames(context.Context, *diagnostics.Env) (v ServerList, err error) {
	return v, errors.ErrUnsupported
}
func runMissingNames(context.Context, *diagnostics.Env) (v MissingReport, err error) {
	return v, errors.ErrUnsupported
}
func runAuthority(context.Context, *diagnostics.Env) (v AuthorityReport, err error) {
	return v, errors.ErrUnsupported
}
func runInterception(context.Context, *diagnostics.Env) (v InterceptReport, err error) {
	return v, errors.ErrUnsupported
}
func runAnchors(f diagnostics.Family) func(context.Context, *diagnostics.Env) (AnchorReport, error) {
	return func(context.Context, *diagnostics.Env) (v AnchorReport, err error) { return v, errors.ErrUnsupported }
}
