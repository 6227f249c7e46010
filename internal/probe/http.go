package probe

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// userAgent says who asks. It carries no version, so that a firewall's rule
// for it need not change.
const userAgent = "authdoctor (+https://github.com/authdoctor/authdoctor)"

const (
	// slowAfter is when people begin to try again.
	slowAfter = 3 * time.Second
	// leastWait is how long an answer must have been waited for before its
	// absence proves anything.
	leastWait = time.Second
)

var httpProbe = Probe{
	Kind: "http",
	Doc:  "whether a page or endpoint answers as it should; sends no credentials",
	Example: `  authdoctor probe http --url https://www.alarm.com/login
  authdoctor probe http --url https://intranet.example.com/ --ca-file ca.pem`,
	Params: []Param{
		{Name: "url", Target: true, Required: true, Form: pageForm, Doc: "address of the page, http:// or https://"},
		{Name: "ca-file", Form: pemForm, Doc: "file of certificates (PEM) to trust besides the system's own"},
	},
	Ready: serverTrust,
	Run:   runHTTP,
}

func runHTTP(ctx context.Context, env Env, with Params) diag.Finding {
	page, err := parsePage(with["url"])
	if err != nil {
		return unknown(nil, "%s", err)
	}
	roots, err := trustedRoots(env.Roots, with["ca-file"])
	if err != nil {
		return unknown(nil, "%s", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	env.Roots = roots
	v := fetch(ctx, env, page)
	facts := v.facts(env.Now())
	if v.status == 0 {
		return judgeSilence(v, facts)
	}
	return judgeAnswer(v, facts)
}

// parsePage reads the address of a page. A user name and password in it are
// dropped: this probe never sends any. Its errors do not repeat the text.
func parsePage(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil:
		return nil, errors.New("url: not an address of a page")
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, errors.New("url: must begin with http:// or https:// and a host name")
	}
	host, err := hostOf(u.Host)
	if err != nil {
		return nil, errors.New("url: " + err.Error())
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && (err != nil || n == 0) {
		return nil, errors.New("url: " + errPort.Error())
	}
	u.Host = joinPort(host, u.Port())
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	return u, nil
}

// joinPort puts a host and a port, which may be empty, into a URL's form.
func joinPort(host, port string) string {
	if port != "" {
		return net.JoinHostPort(host, port)
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}
