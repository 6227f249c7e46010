package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
)

// What a server may make us do.
const (
	mostRedirects   = 5
	mostHeaderBytes = 256 << 10
	mostBodyBytes   = 64 << 10
)

// A visit is what came of asking for a page, redirects included.
type visit struct {
	steps  []*url.URL // every address in turn, the given one first
	halted string     // why a redirect was not followed; empty when all were
	err    error      // why there is no answer; nil when status is set
	status int
	proto  string
	header http.Header
	body   []byte      // the beginning of it
	proxy  string      // fit to be shown; empty for none
	asked  atomic.Bool // a server asked for a certificate from us
	phases phases
}

// page is the address that answered, or should have.
func (v *visit) page() *url.URL { return v.steps[len(v.steps)-1] }

// fetch asks for a page and follows its redirects. Cookies live as long as
// that; many sign-in pages go round in circles without.
func fetch(ctx context.Context, env Env, page *url.URL) *visit {
	v := &visit{steps: []*url.URL{page}, phases: phases{now: env.Now}}
	env.LookupHost = v.phases.timedLookup(env.LookupHost)
	w := &way{env: env, given: page.Hostname()}
	transport := v.transport(w)
	defer transport.CloseIdleConnections()
	jar, _ := cookiejar.New(nil) // returns no error without options
	client := http.Client{Transport: transport, Jar: jar, CheckRedirect: v.redirect}
	v.phases.begin()
	response, err := client.Do(newRequest(httptrace.WithClientTrace(ctx, v.phases.trace()), page))
	v.phases.finish()
	v.proxy = w.proxyShown()
	if err != nil {
		v.err = err
		return v
	}
	defer func() { _ = response.Body.Close() }()
	v.status, v.proto, v.header = response.StatusCode, response.Proto, response.Header
	// What has come by the deadline is enough: the header already counts.
	v.body, _ = io.ReadAll(io.LimitReader(response.Body, mostBodyBytes))
	return v
}

func newRequest(ctx context.Context, page *url.URL) *http.Request {
	request := &http.Request{Method: http.MethodGet, URL: page, Host: page.Host, Header: http.Header{
		"User-Agent": {userAgent},
		"Accept":     {"text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"},
	}}
	return request.WithContext(ctx)
}

func (v *visit) transport(w *way) *http.Transport {
	return &http.Transport{
		Proxy: w.proxy,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, r *http.Response) error {
			return proxyRefusal(r.StatusCode)
		},
		DialContext: v.phases.timed(w.dial),
		TLSClientConfig: &tls.Config{
			RootCAs: w.env.Roots, Time: w.env.Now, MinVersion: tls.VersionTLS12,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				v.asked.Store(true)
				return &tls.Certificate{}, nil
			},
		},
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: mostHeaderBytes,
	}
}

// redirect decides whether a redirect is followed. One that is not is the
// answer, and halted says why.
func (v *visit) redirect(next *http.Request, _ []*http.Request) error {
	if v.halted = v.objection(next.URL); v.halted != "" {
		return http.ErrUseLastResponse
	}
	// Neither a password nor where we come from goes to whoever is next.
	next.URL.User = nil
	next.Header.Del("Referer")
	v.steps = append(v.steps, next.URL)
	return nil
}

// objection is what speaks against going on to an address; empty for nothing.
func (v *visit) objection(next *url.URL) string {
	host := strings.ToLower(next.Hostname())
	addr, err := netip.ParseAddr(host)
	inner := err == nil && innerAddress(addr) || thisComputer(host)
	switch {
	case next.Scheme != "http" && next.Scheme != "https":
		return "leads out of the web"
	case inner && host != v.steps[0].Hostname():
		return "sends on to an address inside this network"
	case len(v.steps) > mostRedirects:
		return fmt.Sprintf("sends on and on; stopped after %d times", mostRedirects)
	}
	return ""
}
