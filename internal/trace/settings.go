package trace

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// World is where settings come from, and the way to the collector.
type World struct {
	Getenv   func(string) string
	ReadFile func(string) ([]byte, error)
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// get is a setting for traces, else for all signals.
func (w World) get(name string) string {
	if v := w.Getenv("OTEL_EXPORTER_OTLP_TRACES_" + name); v != "" {
		return v
	}
	return w.Getenv("OTEL_EXPORTER_OTLP_" + name)
}

// settings are how traces are sent.
type settings struct {
	endpoint string
	headers  [][2]string
	resource [][2]string // of who sends it
	timeout  time.Duration
	gzip     bool
	share    float64 // of traces that are told of, from 0 to 1
	byParent bool    // what is part of another trace is told of with it
	http     *http.Client
}

const defaultTimeout = 10 * time.Second

// settingsOf reads the standard variables: nil when no traces are asked for,
// or cannot be sent, and then why says so. As their specification wants it,
// what cannot be understood is warned of, and stops nothing.
// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
func settingsOf(w World) (s *settings, why string) {
	exporter := strings.TrimSpace(w.Getenv("OTEL_TRACES_EXPORTER"))
	asked := w.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" || w.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != ""
	switch {
	case strings.EqualFold(strings.TrimSpace(w.Getenv("OTEL_SDK_DISABLED")), "true"), exporter == "none", exporter == "" && !asked:
		return nil, ""
	case exporter != "" && exporter != "otlp":
		return nil, "no traces are sent: OTEL_TRACES_EXPORTER can be otlp or none here"
	}
	if p := w.get("PROTOCOL"); p != "" && p != "http/protobuf" {
		return nil, "no traces are sent: OTEL_EXPORTER_OTLP_PROTOCOL can be http/protobuf here"
	}
	s = &settings{timeout: defaultTimeout, gzip: w.get("COMPRESSION") == "gzip"}
	if s.endpoint, why = endpoint(w); why != "" {
		return nil, why
	}
	if text := w.get("TIMEOUT"); text != "" {
		ms, err := strconv.Atoi(text)
		if err != nil || ms <= 0 {
			why = "OTEL_EXPORTER_OTLP_TIMEOUT is no number of milliseconds; ten seconds are taken"
		} else {
			s.timeout = time.Duration(ms) * time.Millisecond
		}
	}
	headers, ok := pairs(w.get("HEADERS"))
	if !ok {
		why = "a part of OTEL_EXPORTER_OTLP_HEADERS is not name=value"
	}
	s.headers = headers
	s.resource, ok = pairs(w.Getenv("OTEL_RESOURCE_ATTRIBUTES"))
	if !ok {
		why = "a part of OTEL_RESOURCE_ATTRIBUTES is not name=value"
	}
	named := slices.ContainsFunc(s.resource, func(p [2]string) bool { return p[0] == "service.name" })
	if name := w.Getenv("OTEL_SERVICE_NAME"); name != "" {
		s.resource = slices.DeleteFunc(s.resource, func(p [2]string) bool { return p[0] == "service.name" })
		s.resource = append(s.resource, [2]string{"service.name", name})
	} else if !named {
		s.resource = append(s.resource, [2]string{"service.name", "authdoctor"})
	}
	if bad := s.sampler(w); bad != "" {
		why = bad
	}
	config, bad := trust(w)
	if bad != "" {
		return nil, bad
	}
	s.http = &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: w.Dial, TLSClientConfig: config, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s, why
}

// endpoint is where traces are posted to: that of traces as it is, the general
// one with the path for traces behind it.
func endpoint(w World) (address, why string) {
	name, text := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", w.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	general := text == ""
	if general {
		name, text = "OTEL_EXPORTER_OTLP_ENDPOINT", w.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT")
	}
	if text == "" {
		text = "http://localhost:4318"
	}
	u, err := url.Parse(text)
	if err != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Host == "" {
		return "", "no traces are sent: " + name + " is not the address of a collector, such as http://localhost:4318"
	}
	if general {
		u = u.JoinPath("v1", "traces")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), ""
}

// trust is whom to believe, and what to show, where the environment says so.
func trust(w World) (config *tls.Config, why string) {
	config = &tls.Config{MinVersion: tls.VersionTLS12}
	if name := w.get("CERTIFICATE"); name != "" {
		pem, err := w.ReadFile(name)
		config.RootCAs = x509.NewCertPool()
		if err != nil || !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, "no traces are sent: OTEL_EXPORTER_OTLP_CERTIFICATE names no readable file of certificates"
		}
	}
	cert, key := w.get("CLIENT_CERTIFICATE"), w.get("CLIENT_KEY")
	if cert == "" && key == "" {
		return config, ""
	}
	certPEM, err1 := w.ReadFile(cert)
	keyPEM, err2 := w.ReadFile(key)
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err1 != nil || err2 != nil || err != nil {
		return nil, "no traces are sent: OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and _CLIENT_KEY name no certificate with its key"
	}
	config.Certificates = []tls.Certificate{pair}
	return config, ""
}

// pairs reads name=value,name=value with values as in an address. What is not
// so is told by false, and left out: it may be a secret.
func pairs(text string) (list [][2]string, ok bool) {
	ok = true
	for _, pair := range strings.Split(text, ",") {
		name, value, cut := strings.Cut(pair, "=")
		decoded, err := url.PathUnescape(strings.TrimSpace(value))
		switch name = strings.TrimSpace(name); {
		case strings.TrimSpace(pair) == "":
		case !cut || name == "" || err != nil:
			ok = false
		default:
			list = append(list, [2]string{name, decoded})
		}
	}
	return list, ok
}

// sampler reads which traces are told of. By default it is all of them, or
// those that whoever asked tells of.
func (s *settings) sampler(w World) (why string) {
	s.share, s.byParent = 1, true
	name := strings.TrimSpace(w.Getenv("OTEL_TRACES_SAMPLER"))
	if name == "" {
		return ""
	}
	kind, byParent := strings.CutPrefix(name, "parentbased_")
	share := map[string]float64{"always_on": 1, "always_off": 0, "traceidratio": 1}
	if _, known := share[kind]; !known {
		return "OTEL_TRACES_SAMPLER is none that is known here; all traces are sent"
	}
	s.share, s.byParent = share[kind], byParent
	if arg := w.Getenv("OTEL_TRACES_SAMPLER_ARG"); kind == "traceidratio" && arg != "" {
		ratio, err := strconv.ParseFloat(arg, 64)
		if err != nil || !(ratio >= 0 && ratio <= 1) {
			return "OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1; all traces are sent"
		}
		s.share = ratio
	}
	return ""
}
