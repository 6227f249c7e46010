package probe

import (
	"crypto/tls"
	"crypto/x509"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// ranOut are the changes for a certificate of its own dates, three days past
// its end.
func ranOut(more map[string]any) map[string]any {
	changes := map[string]any{"not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-26T12:00:00Z", "days_left": -3}
	maps.Copy(changes, more)
	return changes
}

func TestTLSCertificates(t *testing.T) {
	root := newIssuer(t, "Test Root")
	middle := root.under("Test Middle")
	short := root.under("Short Middle", lives(-90*day, -2*day))
	past := root.under("Past Middle", lives(-300*day, -200*day))
	stranger := newIssuer(t, "Box Filter CA", func(c *x509.Certificate) { c.Subject.Organization = []string{"Filter Inc"} })
	strangers := stranger.under("Box Intermediate")
	old := newIssuer(t, "Old Root", lives(-1000*day, -day))
	young := newIssuer(t, "Young Root", lives(0, 1000*day))
	older := young.under("Older Middle", lives(-1000*day, -10*day))
	leaving := newIssuer(t, "Leaving Root", lives(-1000*day, 2*day))
	bound := root.under("Bound Middle", func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"other.example"} })
	hostile := stranger.server(nil)
	for range 100 {
		hostile.Certificate = append(hostile.Certificate, stranger.cert.Raw, old.cert.Raw)
	}
	send := func(a ...*testIssuer) []*x509.Certificate {
		var list []*x509.Certificate
		for _, a := range a {
			list = append(list, a.cert)
		}
		return list
	}
	named := func(names ...string) certChange { return func(c *x509.Certificate) { c.DNSNames = names } }
	for _, tt := range []struct {
		name    string
		cert    tls.Certificate
		summary string
		outcome string
		facts   map[string]any
	}{
		{"in order", root.server(nil), "trusted, TLS 1.3", "ok", nil},
		{"by an authority in between", middle.server(send(middle)), "trusted, TLS 1.3", "ok", map[string]any{"issuer": "Test Middle"}},
		{"the root is sent as well", middle.server(send(middle, root)), "trusted, TLS 1.3", "ok", map[string]any{"issuer": "Test Middle"}},
		{"two chains, one of them out of date", middle.server([]*x509.Certificate{old.vouchesFor(middle), middle.cert}),
			"trusted, TLS 1.3", "ok", map[string]any{"issuer": "Test Middle"}},
		{"two chains, one of them soon out of date", middle.server([]*x509.Certificate{leaving.vouchesFor(middle), middle.cert}),
			"trusted, TLS 1.3", "ok", map[string]any{"issuer": "Test Middle"}},
		{"14 days left", root.server(nil, lives(-60*day, 14*day)), "trusted, TLS 1.3", "ok",
			map[string]any{"not_after": "2026-03-15T12:00:00Z", "days_left": 14}},
		{"a little less than 14 days", root.server(nil, lives(-60*day, 14*day-time.Second)),
			"trusted, TLS 1.3, but the certificate runs out in 14 days", "expiring",
			map[string]any{"not_after": "2026-03-15T11:59:59Z", "days_left": 14}},
		{"of a short-lived kind", root.server(nil, lives(-day, 5*day)),
			"trusted, TLS 1.3, but the certificate runs out in 5 days (it is of a kind that lives 6 days and is renewed by itself)", "expiring",
			map[string]any{"not_before": "2026-02-28T12:00:00Z", "not_after": "2026-03-06T12:00:00Z", "days_left": 5}},
		{"the last second", root.server(nil, lives(-60*day, 0)), "trusted, TLS 1.3, but the certificate runs out in less than a minute", "expiring",
			map[string]any{"not_after": "2026-03-01T12:00:00Z", "days_left": 0}},
		{"ran out", root.server(nil, lives(-90*day, -3*day)), "the certificate ran out 3 days ago (by this computer's clock)", "expired",
			map[string]any{"not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-26T12:00:00Z", "days_left": -3}},
		{"ran out a second ago", root.server(nil, lives(-60*day, -time.Second)), "the certificate ran out 1 s ago (by this computer's clock)", "expired",
			map[string]any{"not_after": "2026-03-01T11:59:59Z", "days_left": 0}},
		{"begins in ten minutes", root.server(nil, lives(10*time.Minute, 90*day)),
			"the certificate becomes valid only in 10 minutes (by this computer's clock)", "not_yet_valid",
			map[string]any{"not_before": "2026-03-01T12:10:00Z", "not_after": "2026-05-30T12:00:00Z", "days_left": 90}},
		{"the one in between ran out", short.server(send(short)),
			"a certificate that vouches for the server's ran out 2 days ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Short Middle", "not_after": "2026-02-27T12:00:00Z", "days_left": -2}},
		{"ran out before its authority began", young.server(nil, lives(-90*day, -3*day)),
			"the certificate ran out 3 days ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Young Root", "not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-26T12:00:00Z", "days_left": -3}},
		{"ran out before its authority's authority began", older.server(send(older), lives(-90*day, -3*day)),
			"a certificate that vouches for the server's ran out 10 days ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Older Middle", "not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-19T12:00:00Z", "days_left": -10}},
		{"valid at no time, by a stranger", stranger.server(nil, lives(day, -day)),
			"Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it; the certificate also ran out 24 hours ago (by this computer's clock)", "untrusted",
			ranOut(map[string]any{"not_before": "2026-03-02T12:00:00Z", "not_after": "2026-02-28T12:00:00Z", "days_left": -1, "issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"})},
		{"its authority ran out", old.server(nil), "a certificate that vouches for the server's ran out 24 hours ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Old Root", "not_after": "2026-02-28T12:00:00Z", "days_left": -1}},
		{"of a young authority, 6 hours left", young.server(nil, lives(-60*day, 6*time.Hour)),
			"trusted, TLS 1.3, but the certificate runs out in 6 hours", "expiring",
			map[string]any{"issuer": "Young Root", "not_after": "2026-03-01T18:00:00Z", "days_left": 0}},
		{"never valid together", past.server(send(past)),
			"a certificate that vouches for the server's ran out 200 days ago (by this computer's clock)", "expired",
			map[string]any{"issuer": "Past Middle", "not_after": "2025-08-13T12:00:00Z", "days_left": -200}},
		{"for another name", root.server(nil, named("other.example", "www.other.example")),
			"the certificate is for other.example and 1 more, not for signin.example", "hostname_mismatch",
			map[string]any{"subject_names": []string{"other.example", "www.other.example"}}},
		{"a name the old way only", root.server(nil, named()),
			"the certificate names no host in the way that counts, so it does not prove signin.example", "hostname_mismatch",
			map[string]any{"subject_names": []string{}}},
		{"a wildcard", root.server(nil, named("*.example")), "trusted, TLS 1.3", "ok", map[string]any{"subject_names": []string{"*.example"}}},
		{"another name, and ran out", root.server(nil, named("other.example"), lives(-90*day, -3*day)),
			"the certificate is for other.example, not for signin.example", "hostname_mismatch",
			map[string]any{"subject_names": []string{"other.example"}, "not_before": "2025-12-01T12:00:00Z", "not_after": "2026-02-26T12:00:00Z", "days_left": -3}},
		{"self-signed", selfSigned(t), "nobody vouches for the server but itself (self-signed)", "untrusted",
			map[string]any{"issuer": "signin.example", "chain_fault": "self_signed"}},
		{"self-signed, and ran out", selfSigned(t, lives(-90*day, -3*day)), "nobody vouches for the server but itself (self-signed); the certificate also ran out 3 days ago (by this computer's clock)", "untrusted",
			ranOut(map[string]any{"issuer": "signin.example", "chain_fault": "self_signed"})},
		{"missing link, by its name", root.under("Test Intermediate").server(nil),
			"the server does not send the certificate in between that ties it to a trusted authority", "untrusted",
			map[string]any{"issuer": "Test Intermediate", "chain_fault": "missing_intermediate"}},
		{"missing link, by its address", middle.server(nil, func(c *x509.Certificate) { c.IssuingCertificateURL = []string{"http://ca.example/middle.crt"} }),
			"the server does not send the certificate in between that ties it to a trusted authority", "untrusted",
			map[string]any{"issuer": "Test Middle", "chain_fault": "missing_intermediate"}},
		{"something unrelated is sent instead of the link", root.under("Issuing CA 2").server(send(stranger)),
			"the server does not send the certificate in between that ties it to a trusted authority", "untrusted",
			map[string]any{"issuer": "Issuing CA 2", "chain_fault": "missing_intermediate"}},
		{"a filter", stranger.server(nil), "Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it", "untrusted",
			map[string]any{"issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"}},
		{"a filter that shows its root", stranger.server(send(stranger)),
			"Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it", "untrusted",
			map[string]any{"issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"}},
		{"a filter with an authority in between", strangers.server(send(strangers, stranger)),
			"Box Intermediate vouches for the server, and this computer does not trust it", "untrusted",
			map[string]any{"issuer": "Box Intermediate", "chain_fault": "unknown_authority"}},
		{"a filter, and ran out", stranger.server(send(stranger), lives(-90*day, -3*day)),
			"Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it; the certificate also ran out 3 days ago (by this computer's clock)", "untrusted",
			ranOut(map[string]any{"issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"})},
		{"never valid together, and unknown", stranger.under("Past Intermediate", lives(-300*day, -200*day)).server(nil),
			"the server does not send the certificate in between that ties it to a trusted authority", "untrusted",
			map[string]any{"issuer": "Past Intermediate", "chain_fault": "missing_intermediate"}},
		{"two hundred certificates", hostile, "Box Filter CA (Filter Inc) vouches for the server, and this computer does not trust it", "untrusted",
			map[string]any{"issuer": "Box Filter CA (Filter Inc)", "chain_fault": "unknown_authority"}},
		{"made for a client", root.server(nil, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
			"the certificate was not made for a server", "untrusted", map[string]any{"chain_fault": "wrong_purpose"}},
		{"by an authority for other names", bound.server(send(bound)), "Bound Middle vouches for the server, and may not", "untrusted",
			map[string]any{"issuer": "Bound Middle", "chain_fault": "not_permitted"}},
		{"names that would spoil a screen", root.server(nil, named("ax\x1b[31m.example")),
			"the certificate is for ax[31m.example, not for signin.example", "hostname_mismatch",
			map[string]any{"subject_names": []string{"ax[31m.example"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{tt.cert}})
			got := runTLS(t.Context(), worldAt(address, poolOf(leaving, root, old, young)), Params{"address": "signin.example"})
			want := diag.Finding{Outcome: tt.outcome, Summary: tt.summary, Facts: tlsFacts(tt.facts)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
