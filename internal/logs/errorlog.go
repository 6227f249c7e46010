package logs

import (
	"bytes"
	"errors"
	"net/netip"
	"time"
)

// errorLog reads the error logs of nginx and Apache, which name the reason that
// an access log only numbers. Their texts are in nginx's
// ngx_http_auth_basic_module.c and ngx_http_access_module.c
// (https://github.com/nginx/nginx), and in mod_auth_basic.c, mod_auth_digest.c
// and mod_authz_core.c (https://github.com/apache/httpd).
type errorLog struct {
	*challenges
	zone *time.Location // these logs name none
}

var errErrorLog = errors.New("no line of a web server's error log")

// needsName is told when nobody was named: a question first, like a 401.
const needsName = "HTTP 401 Unauthorized"

func (l errorLog) parse(raw []byte) (*record, error) {
	family, rest := errorHead(raw)
	if family == "" {
		return nil, errErrorLog
	}
	r, _ := fitting(family, head{text: rest})
	if r == nil {
		return nil, nil
	}
	r.system, r.app, r.source, r.when = "http", family, client(r.source, bytes.HasPrefix(rest, []byte("[error] [client "))), l.when(raw)
	if r.text == needsName && l.begins(r.source) {
		return nil, nil
	}
	if r.user != "" {
		l.settled(r.source)
	}
	return r, nil
}

// errorHead tells whose line it is: "2026/05/30 10:00:00 [error] 1#1: *5 …" is
// nginx's, "[Sat May 30 10:00:00.000000 2026] [auth_basic:error] [pid 1] …"
// Apache's.
func errorHead(raw []byte) (family string, rest []byte) {
	switch {
	case len(raw) > nginxStamp+3 && raw[4] == '/' && raw[7] == '/' && raw[13] == ':' && raw[nginxStamp+1] == '[':
		return "nginx", raw[nginxStamp+1:]
	case len(raw) > 20 && raw[0] == '[' && raw[4] == ' ' && raw[8] == ' ' && raw[14] == ':':
		if end := bytes.Index(raw, []byte("] [")); end > 0 && end < 40 {
			return "apache", raw[end+2:]
		}
	}
	return "", nil
}

// nginxStamp is the length of "2026/05/30 10:00:00".
const nginxStamp = 19

func (l errorLog) when(raw []byte) time.Time {
	family, _ := errorHead(raw)
	var layout string
	var text []byte
	switch family {
	case "nginx":
		layout, text = "2006/01/02 15:04:05", raw[:nginxStamp]
	case "apache":
		layout, text = "Mon Jan _2 15:04:05 2006", raw[1:bytes.Index(raw, []byte("] ["))]
	default:
		return time.Time{}
	}
	at, err := time.ParseInLocation(layout, string(text), l.zone)
	if err != nil {
		return time.Time{}
	}
	return at
}

// client is an address without the port that Apache joins to it, to one of
// IPv6 too. Before 2.4, which names no module, it joined none.
func client(s string, old bool) string {
	if old && isAddress(s) {
		return address(s)
	}
	if i := bytes.LastIndexByte([]byte(s), ':'); i > 0 {
		if at, err := netip.ParseAddr(s[:i]); err == nil {
			return at.String()
		}
	}
	return address(s)
}
