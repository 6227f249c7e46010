package diag_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// The catalogue in the order of its statuses, as it was promised: pass, then
// warnings, then failures. A code once released keeps its meaning, so nothing
// here may go away.
func TestTheCatalogue(t *testing.T) {
	want := map[string]string{
		"clock":    "accurate | drifting | skewed zone_wrong",
		"timesync": "synchronised enabled | stale not_synchronised disabled | ",
		"path":     "ok | proxied intercepted | offline captive_portal proxy_unreachable proxy_auth_required",
		"dns":      "ok | slow | nxdomain servfail no_address hijacked resolver_failing resolver_lying",
		"tls":      "ok | expiring | expired not_yet_valid untrusted hostname_mismatch protocol_too_old client_cert_required handshake_failed not_encrypted refused",
		"s3": "ok answering | access_denied no_such_bucket clock_apart rate_limited | " +
			"skewed unknown_key wrong_secret wrong_region token_expired token_invalid account_disabled signature_unsupported",
		"snmp": "ok answering | not_in_view | no_response user_unanswered unknown_user wrong_auth_key wrong_privacy_key level_not_supported not_in_time_window not_authorized unknown_context",
		"imap": "ok | no_auth_offered starttls_missing | rejected access_denied app_password_required method_disabled account_locked account_disabled expired tls_required rate_limited unavailable refused",
		"smtp": "ok | no_auth_offered starttls_missing | rejected access_denied app_password_required method_disabled account_locked account_disabled expired tls_required rate_limited unavailable refused",
		"ssh":  "ok | host_key_unknown weak_algorithms | host_key_changed no_common_algorithm method_not_offered second_step_required rejected refused",
		"ldap": "ok | root_dse_hidden starttls_missing password_expiring | rejected unknown_account account_locked account_disabled account_expired " +
			"password_expired must_change_password logon_restricted access_denied method_refused tls_required invalid_dn unavailable refused",
		"http": "ok | slow rate_limited | refused timeout server_error maintenance unexpected",
		"oidc": "ok | issuer_slash key_rotating clock_apart issuer_clock_wrong rate_limited | unreachable not_found not_json issuer_mismatch server_error " +
			"jwks_unreachable no_usable_key token_endpoint_broken assertion_expired assertion_not_yet_valid assertion_stale assertion_audience client_rejected client_not_allowed",
		"http_auth": "ok challenge open | no_challenge rate_limited | token_expired token_not_yet_valid token_refused insufficient_scope step_up_required dpop_required " +
			"scheme_mismatch malformed_request forbidden proxy_auth_required",
		"totp":  "match | match_previous match_next | no_match off_by_steps",
		"token": "valid | expiring no_expiry valid_at_server_time | malformed bad_time expired not_yet_valid wrong_issuer wrong_audience missing_scope unknown_key bad_signature alg_mismatch",
	}
	got := map[string]string{}
	for _, k := range diag.Kinds {
		var names [3][]string
		for _, o := range k.Outcomes {
			at := slices.Index([]diag.Status{diag.Pass, diag.Warn, diag.Fail}, o.Status)
			if at < 0 {
				t.Fatalf("%s.%s is %s: an outcome passes, warns or fails", k.Name, o.Name, o.Status)
			}
			names[at] = append(names[at], o.Name)
		}
		got[k.Name] = strings.Join(names[0], " ") + " | " + strings.Join(names[1], " ") + " | " + strings.Join(names[2], " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("catalogue (-want +got):\n%s", diff)
	}
}

// The table of internal/README.md lists every outcome, as it is here.
func TestTheReadmeListsEveryOutcome(t *testing.T) {
	data, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(data), "| kind | layer | outcomes |\n|---|---|---|\n")
	got, _, ok2 := strings.Cut(rest, "\n\n")
	if !ok || !ok2 {
		t.Fatal("internal/README.md has no table of outcomes")
	}
	var want []string
	for _, k := range diag.Kinds {
		parts := map[diag.Status][]string{}
		for _, o := range k.Outcomes {
			name := o.Name
			if layer := k.LayerOf(o); layer != k.Layer {
				name += " (" + string(layer) + ")"
			}
			parts[o.Status] = append(parts[o.Status], name)
		}
		row := make([]string, 0, 3)
		for _, status := range []diag.Status{diag.Pass, diag.Warn, diag.Fail} {
			names := strings.Join(parts[status], ", ")
			if names == "" {
				names = "-"
			}
			row = append(row, names)
		}
		want = append(want, fmt.Sprintf("| `%s` | %s | %s |", k.Name, k.Layer, strings.Join(row, " · ")))
	}
	if diff := cmp.Diff(want, strings.Split(got, "\n")); diff != "" {
		t.Errorf("internal/README.md (-want +got):\n%s", diff)
	}
}

func TestEveryKindHasItsLayerAndATitle(t *testing.T) {
	var layers []diag.Layer
	for _, k := range diag.Kinds {
		if !slices.Contains(layers, k.Layer) {
			layers = append(layers, k.Layer)
		}
		if k.Title == "" || strings.TrimSpace(k.Title) != k.Title {
			t.Errorf("the title of %s is %q", k.Name, k.Title)
		}
	}
	want := []diag.Layer{diag.LayerClock, diag.LayerPath, diag.LayerDNS, diag.LayerTLS, diag.LayerEndpoint, diag.LayerCredentials, diag.LayerSession, diag.LayerTwoFactor}
	if diff := cmp.Diff(want, layers); diff != "" {
		t.Errorf("layers (-want +got):\n%s", diff)
	}
}

// Whoever meets a warning or a failure is told what it means and what to do.
func TestEveryOutcomeSpeaksForItself(t *testing.T) {
	for _, k := range diag.Kinds {
		for _, o := range k.Outcomes {
			code := diag.Code(k.Name, o.Name)
			if o.Meaning == "" || strings.HasSuffix(o.Meaning, ".") || o.Meaning[:1] != strings.ToLower(o.Meaning[:1]) {
				t.Errorf("%s: the meaning is part of a sentence, lower case and without a full stop: %q", code, o.Meaning)
			}
			if o.Status == diag.Pass {
				if o.Remedy != "" || o.Class != "" || o.Waits {
					t.Errorf("%s passes, and has remedy %q, class %q, waits %t", code, o.Remedy, o.Class, o.Waits)
				}
				continue
			}
			if !strings.HasSuffix(o.Remedy, ".") || o.Remedy[:1] != strings.ToUpper(o.Remedy[:1]) {
				t.Errorf("%s: the remedy is sentences: %q", code, o.Remedy)
			}
			if !slices.Contains(diag.Classes, o.Class) {
				t.Errorf("%s: there is no class %q", code, o.Class)
			}
		}
	}
}

// Nobody can mend these from here: the verdict is to wait.
func TestWhatWaits(t *testing.T) {
	var got []string
	for _, k := range diag.Kinds {
		for _, o := range k.Outcomes {
			if o.Waits {
				got = append(got, diag.Code(k.Name, o.Name))
			}
		}
	}
	want := []string{"http.rate_limited", "http.server_error", "http.maintenance", "oidc.rate_limited", "oidc.server_error",
		"imap.rate_limited", "imap.unavailable", "smtp.rate_limited", "smtp.unavailable", "ldap.unavailable", "s3.rate_limited", "http_auth.rate_limited"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

var wellFormed = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z]+)*\.[a-z]+(_[a-z]+)*$`)

func TestCodesAreUniqueAndFound(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range diag.Kinds {
		for _, o := range k.Outcomes {
			code := diag.Code(k.Name, o.Name)
			if seen[code] || !wellFormed.MatchString(code) {
				t.Errorf("code %q is there twice, or is no code", code)
			}
			if o.Name == diag.NoAnswer || o.Name == diag.NotMeasured || o.Name == "blocked" {
				t.Errorf("%s: the word is taken", code)
			}
			seen[code] = true
			kind, found, ok := diag.FindCode(code)
			if diff := cmp.Diff(o, found); !ok || kind.Name != k.Name || diff != "" {
				t.Errorf("%s is found in %q (%t), differing (-want +got):\n%s", code, kind.Name, ok, diff)
			}
		}
	}
	for _, code := range []string{"", "clock", "clock.", ".accurate", "clock.skewed.", "clock.Skewed", "clock.ok", "nothing.ok", "clock skewed"} {
		if _, o, ok := diag.FindCode(code); ok {
			t.Errorf("code %q is taken for %q", code, o.Name)
		}
	}
	if _, ok := diag.FindKind("nothing"); ok {
		t.Error("a kind that is not there was found")
	}
}

// How far each outcome reaches beyond this computer.
func TestScopes(t *testing.T) {
	want := map[diag.Scope][]string{
		diag.ScopeComputer: {
			"clock.accurate", "clock.drifting", "clock.skewed", "clock.zone_wrong",
			"http_auth.proxy_auth_required", "oidc.assertion_expired", "oidc.assertion_not_yet_valid", "oidc.assertion_stale", "oidc.clock_apart",
			"path.intercepted", "path.proxied", "path.proxy_auth_required", "path.proxy_unreachable",
			"s3.clock_apart", "s3.skewed",
			"timesync.disabled", "timesync.enabled", "timesync.not_synchronised", "timesync.stale", "timesync.synchronised",
			"token.valid_at_server_time",
		},
		diag.ScopeNetwork: {
			"dns.hijacked", "dns.no_address", "dns.nxdomain", "dns.ok", "dns.resolver_failing", "dns.resolver_lying", "dns.servfail", "dns.slow",
			"http.refused", "http.timeout", "imap.refused", "ldap.refused", "oidc.unreachable", "path.captive_portal", "path.offline", "path.ok",
			"smtp.refused", "snmp.no_response", "ssh.refused", "tls.client_cert_required", "tls.handshake_failed", "tls.ok", "tls.refused", "tls.untrusted",
		},
	}
	got := map[diag.Scope][]string{}
	for _, k := range diag.Kinds {
		for _, o := range k.Outcomes {
			if o.Scope != diag.ScopeService { // everything else
				got[o.Scope] = append(got[o.Scope], diag.Code(k.Name, o.Name))
			}
		}
	}
	for scope := range got {
		slices.Sort(got[scope])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
}
