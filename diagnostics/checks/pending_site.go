package checks

import (
	"context"
	"errors"
	"github.com/waymend/waymend/diagnostics"
)

func runSite(context.Context, *diagnostics.Env) (v SiteReport, err error) {
	return v, errors.ErrUnsupported
}
func runRedirects(context.Context, *diagnostics.Env) (v RedirectReport, err error) {
	return v, errors.ErrUnsupported
}
func runOtherAddresses(context.Context, *diagnostics.Env) (v OthersReport, err error) {
	return v, errors.ErrUnsupported
}
func runPorts(context.Context, *diagnostics.Env) (v PortsReport, err error) {
	return v, errors.ErrUnsupported
}
func runTLSVariants(context.Context, *diagnostics.Env) (v TLSReport, err error) {
	return v, errors.ErrUnsupported
}
func runHTTPVariants(context.Context, *diagnostics.Env) (v HTTPReport, err error) {
	return v, errors.ErrUnsupported
}
func runViaProxy(context.Context, *diagnostics.Env) (v ViaProxyReport, err error) {
	return v, errors.ErrUnsupported
}
