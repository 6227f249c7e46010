package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

// dateHeaderBytes bounds what a web server may say before we stop listening.
const dateHeaderBytes = 64 << 10

// readDate reads the time from the Date header of a web server's answer.
//
// It must work while TLS fails because this computer's clock is wrong. So the
// handshake accepts any certificate, a bare HEAD request is sent that holds
// no credential and no cookie, and only when the answer is there the
// certificate is verified in full, at the time that the answer tells.
func readDate(ctx context.Context, env Env, address string) reading {
	r := reading{source: address}
	u, err := dateURL(address)
	if err != nil {
		r.source, r.reason = "date-url", err.Error()
		return r
	}
	r.source = u.Scheme + "://" + u.Host + u.Path
	before, response, after, err := askDate(ctx, env, u)
	if err != nil {
		r.reason = explainNet(err).String()
		return r
	}
	_ = response.Body.Close()
	r.answered = true
	date, err := believeDate(env, u, response)
	if err != nil {
		r.reason = err.Error()
		return r
	}
	r.told, r.proved = true, u.Scheme == "https"
	measureDate(&r, before, date, after)
	return r
}

// dateURL refuses what would send a credential. Its errors repeat nothing of
// the address, which may hold one.
func dateURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("not an http or https address")
	case u.User != nil:
		return nil, errors.New("the address must not hold a user name or password")
	}
	return u, nil
}

// askDate sends the request, and gives this computer's time before it was sent
// and after the answer's header was there.
func askDate(ctx context.Context, env Env, u *url.URL) (before time.Time, response *http.Response, after time.Time, err error) {
	transport := &http.Transport{
		DialContext:            env.Dial,
		Proxy:                  dateProxy(env),
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: dateHeaderBytes,
		// Verified in believeDate, at the time that the server tells.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	defer transport.CloseIdleConnections() // ends a connection that is still being made, which ctx does not
	before = env.Now()
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { before = env.Now() }}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodHead, u.String(), nil)
	if err != nil {
		return before, nil, before, err
	}
	request.Header.Set("User-Agent", "authdoctor")
	request.Header.Set("Cache-Control", "no-cache")
	response, err = transport.RoundTrip(request) // no redirects: whoever answers first tells the time
	return before, response, env.Now(), err
}

// dateProxy finds the proxy that this computer is told to use. A user name and
// password in that setting stay here.
func dateProxy(env Env) func(*http.Request) (*url.URL, error) {
	return func(request *http.Request) (*url.URL, error) {
		choice := chooseProxy(env.Getenv, request.URL)
		if choice.fail != "" {
			return nil, errors.New("the proxy: " + choice.fail)
		}
		if choice.url == nil {
			return nil, nil
		}
		proxy := *choice.url
		proxy.User = nil
		return &proxy, nil
	}
}

// believeDate reads the Date header if there is reason to believe it: there
// is one, it is fresh, and over https the server proves its name at that time.
func believeDate(env Env, u *url.URL, response *http.Response) (time.Time, error) {
	dates := response.Header.Values("Date")
	if len(dates) != 1 {
		return time.Time{}, errors.New("the answer tells no time")
	}
	date, err := http.ParseTime(dates[0])
	if err != nil {
		return time.Time{}, errors.New("the answer tells no time that can be read")
	}
	if age := response.Header.Get("Age"); age != "" && age != "0" {
		return time.Time{}, errors.New("the answer is an old one, out of a cache")
	}
	if u.Scheme == "https" {
		err = verifyAt(env, u.Hostname(), response.TLS, date)
	}
	return date, err
}

func verifyAt(env Env, host string, state *tls.ConnectionState, at time.Time) error {
	if state == nil || len(state.PeerCertificates) == 0 {
		return errors.New("it shows no certificate")
	}
	chain := state.PeerCertificates
	others := x509.NewCertPool()
	for _, c := range chain[1:] {
		others.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		DNSName: host, Roots: env.Roots, Intermediates: others, CurrentTime: at,
	})
	if err == nil {
		return nil
	}
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	if ok && invalid.Reason == x509.Expired {
		return fmt.Errorf("its certificate is not valid at the time that it tells")
	}
	return fmt.Errorf("it does not prove its name")
}

// measureDate: a Date is cut off to the second, so the server's clock stood
// between it and a second later, at some moment between before and after.
func measureDate(r *reading, before, date, after time.Time) {
	before, after = before.Round(0), after.Round(0)
	least, most := date.Sub(after), date.Add(time.Second).Sub(before)
	offset := least/2 + most/2
	r.offset = min(max(offset, -ntpFarthest), ntpFarthest)
	r.delay = after.Sub(before)
	r.distance = (time.Second+r.delay.Abs())/2 + ntpMargin
}
