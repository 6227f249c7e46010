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
	"sync"
	"time"

	"go.opentelemetry.io/otel"
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
	headers  map[string]string
	timeout  time.Duration
	gzip     bool
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
	s = &settings{timeout: defaultTimeout, headers: map[string]string{}, gzip: w.get("COMPRESSION") == "gzip"}
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
	for _, pair := range strings.Split(w.get("HEADERS"), ",") {
		name, value, ok := strings.Cut(pair, "=")
		decoded, err := url.PathUnescape(strings.TrimSpace(value))
		switch name = strings.TrimSpace(name); {
		case pair == "":
		case !ok || name == "" || err != nil:
			why = "a part of OTEL_EXPORTER_OTLP_HEADERS is not name=value" // and may be a secret
		default:
			s.headers[name] = decoded
		}
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

// once tells the first error of sending; a collector that is away would be
// told of with every batch.
func once(warn func(string)) otel.ErrorHandler {
	var said sync.Once
	return otel.ErrorHandlerFunc(func(err error) {
		said.Do(func() { warn("traces are not sent: " + err.Error()) })
	})
}
