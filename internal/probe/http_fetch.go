package probe

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
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
	cut    error       // why the body has no end; nil when it has, or is too long
	proxy  string      // fit to be shown; empty for none
	asked  atomic.Bool // a server asked for a certificate from us
	call   call
	phases phases
}

// A call is what is sent to a page, and what may come of it. The zero call
// looks at a page as a browser does.
type call struct {
	method string      // empty is GET
	header http.Header // besides User-Agent, which stays ours; it replaces Accept
	body   string
	stay   bool   // a redirect is the answer
	secure bool   // nothing but https is gone on to
	near   bool   // addresses inside this network are as good as others
	given  string // the host that may be inside this network; empty is the page's
	most   int64  // bytes of the answer that are read; 0 is mostBodyBytes
}

// page is the address that answered, or should have.
func (v *visit) page() *url.URL { return v.steps[len(v.steps)-1] }

// fetch asks for a page and follows its redirects.
func fetch(ctx context.Context, env Env, page *url.URL) *visit {
	return visitPage(ctx, env, page, call{})
}

// visitPage makes one call to a page. Cookies live as long as that; many
// sign-in pages go round in circles without.
func visitPage(ctx context.Context, env Env, page *url.URL, c call) *visit {
	c.given, c.most = cmp.Or(c.given, page.Hostname()), cmp.Or(c.most, mostBodyBytes)
	v := &visit{steps: []*url.URL{page}, call: c, phases: phases{now: env.Now}}
	env.LookupHost = v.phases.timedLookup(env.LookupHost)
	w := &way{env: env, given: c.given, near: c.near}
	transport := v.transport(w)
	defer transport.CloseIdleConnections()
	jar, _ := cookiejar.New(nil) // returns no error without options
	client := http.Client{Transport: transport, Jar: jar, CheckRedirect: v.redirect}
	v.phases.begin()
	response, err := client.Do(newRequest(httptrace.WithClientTrace(ctx, v.phases.trace()), page, c))
	v.phases.finish()
	v.proxy = w.proxyShown()
	if err != nil {
		v.err = err
		return v
	}
	defer func() { _ = response.Body.Close() }()
	v.status, v.proto, v.header = response.StatusCode, response.Proto, response.Header
	// What has come by the deadline is enough: the header already counts.
	v.body, v.cut = io.ReadAll(io.LimitReader(response.Body, c.most))
	v.phases.note(func(now time.Time) { v.phases.transfer = now.Sub(v.phases.finished) })
	return v
}

func newRequest(ctx context.Context, page *url.URL, c call) *http.Request {
	request := &http.Request{Method: cmp.Or(c.method, http.MethodGet), URL: page, Host: page.Host, Header: http.Header{
		"Accept": {"text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"},
	}}
	maps.Copy(request.Header, c.header)
	request.Header.Set("User-Agent", userAgent)
	if c.body != "" {
		request.Body, request.ContentLength = io.NopCloser(strings.NewReader(c.body)), int64(len(c.body))
	}
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
	if v.call.stay {
		return http.ErrUseLastResponse
	}
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
	switch {
	case next.Scheme != "http" && next.Scheme != "https":
		return "leads out of the web"
	case v.call.secure && next.Scheme != "https":
		return "sends on to a connection that is not encrypted"
	case innerHost(host) && host != v.call.given && !v.call.near:
		return "sends on to an address inside this network"
	case len(v.steps) > mostRedirects:
		return fmt.Sprintf("sends on and on; stopped after %d times", mostRedirects)
	}
	return ""
}
