package probe

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gosnmp/gosnmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var snmpVault = map[string]string{"community": "letmeread-72", "auth": "a-long-password", "privacy": "another-password", "empty": ""}

// communityAgent is a fake agent of version 2c; answer changes what it would
// say.
func communityAgent(t *testing.T, answer func(*gosnmp.SnmpPacket)) string {
	return serveNTP(t, "udp", "127.0.0.1", func(question []byte) [][]byte {
		q, err := decodeSNMP(&gosnmp.GoSNMP{Version: gosnmp.Version2c}, question)
		if err != nil || q.Community != snmpVault["community"] {
			return nil
		}
		q.PDUType = gosnmp.GetResponse
		q.Variables = []gosnmp.SnmpPDU{{Name: snmpSysUpTime, Type: gosnmp.TimeTicks, Value: uint32(8640000)}}
		answer(q)
		datagram, err := q.MarshalMsg()
		if err != nil {
			t.Error(err)
		}
		return [][]byte{{}, []byte("rubbish"), datagram}
	})
}

func value(kind gosnmp.Asn1BER, v any) []gosnmp.SnmpPDU {
	return []gosnmp.SnmpPDU{{Name: snmpSysUpTime, Type: kind, Value: v}}
}

// What a fake agent of version 2c says, and what that means. Surprise: no
// access comes without an error of the library, inside the answer.
func TestSNMPCommunity(t *testing.T) {
	tests := []struct {
		name    string
		answer  func(*gosnmp.SnmpPacket)
		outcome string
		text    string
	}{
		{"up for a day", func(*gosnmp.SnmpPacket) {}, "ok", "24 hours"},
		{"no access", func(p *gosnmp.SnmpPacket) { p.Error = gosnmp.NoAccess }, "not_authorized", "takes the credentials"},
		{"not authorised", func(p *gosnmp.SnmpPacket) { p.Error = gosnmp.AuthorizationError }, "not_authorized", "takes the credentials"},
		{"no such name", func(p *gosnmp.SnmpPacket) { p.Error = gosnmp.NoSuchName }, "not_in_view", "takes the credentials"},
		{"no such object", func(p *gosnmp.SnmpPacket) { p.Variables = value(gosnmp.NoSuchObject, nil) }, "not_in_view", "takes the credentials"},
		{"its own error", func(p *gosnmp.SnmpPacket) { p.Error = gosnmp.GenErr }, diag.NoAnswer, "error of its own: GenErr"},
		{"another object", func(p *gosnmp.SnmpPacket) { p.Variables[0].Name = ".1.3.6.1.2.1.1.5.0" }, diag.NoAnswer, "not asked for"},
		{"not a time", func(p *gosnmp.SnmpPacket) { p.Variables = value(gosnmp.OctetString, "x") }, diag.NoAnswer, "no time"},
		{"answers somebody else", func(p *gosnmp.SnmpPacket) { p.RequestID++ }, diag.NoAnswer, "does not speak SNMP"},
		{"asks back", func(p *gosnmp.SnmpPacket) { p.PDUType = gosnmp.GetRequest }, diag.NoAnswer, "does not speak SNMP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			v := &vault{secrets: snmpVault}
			address := communityAgent(t, tt.answer)
			got := runSNMP(ctx, v.env(), Params{"address": address, "community-file": "community"})
			if got.Outcome != tt.outcome || !strings.Contains(got.Summary, tt.text) {
				t.Errorf("got %s: %s; want %s: %s", got.Outcome, got.Summary, tt.outcome, tt.text)
			}
			if diff := cmp.Diff([]string{"snmp " + address + " community"}, v.taken); diff != "" {
				t.Errorf("attempts (-want +got):\n%s", diff)
			}
			v.keeps(t, got)
		})
	}
}

// Silence has three reasons, and a short one none at all.
func TestSNMPSilence(t *testing.T) {
	silent := serveNTP(t, "udp", "127.0.0.1", func([]byte) [][]byte { return nil })
	closed := deadPort(t)
	community := Params{"community-file": "community"}
	user := Params{"user": "joe", "auth-file": "auth"}
	tests := []struct {
		name    string
		address string
		with    Params
		wait    time.Duration
		outcome string
		texts   []string
	}{
		{"a community", silent, community, 1200 * time.Millisecond, "no_response", []string{"the community is wrong", "this computer's address", "did not get through"}},
		{"a community, too short", silent, community, 300 * time.Millisecond, diag.NoAnswer, []string{"too short to tell"}},
		{"a user", silent, user, 3200 * time.Millisecond, "no_response", []string{"did not get through", "no version 3", "the credentials were not sent"}},
		{"a user, too short", silent, user, 600 * time.Millisecond, diag.NoAnswer, []string{"too short to tell"}},
		{"nobody's", silent, Params{}, 600 * time.Millisecond, diag.NoAnswer, []string{"nothing answers there"}},
		{"nobody listens", closed, community, time.Second, diag.NoAnswer, []string{"no SNMP agent listens"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), tt.wait)
			defer cancel()
			v := &vault{secrets: snmpVault}
			with := Params{"address": tt.address}
			for name, text := range tt.with {
				with[name] = text
			}
			got := runSNMP(ctx, v.env(), with)
			if got.Outcome != tt.outcome {
				t.Errorf("got %s: %s; want %s", got.Outcome, got.Summary, tt.outcome)
			}
			for _, text := range tt.texts {
				if !strings.Contains(got.Summary, text) {
					t.Errorf("%q does not say %q", got.Summary, text)
				}
			}
			if tt.with["user"] != "" && len(v.taken) > 0 {
				t.Errorf("an attempt was counted, and nothing sent: %q", v.taken)
			}
		})
	}
}

// deadPort is a loopback address where nobody listens any more.
func deadPort(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.LocalAddr().String()
}

// Whoever stops a check has not found a silence.
func TestSNMPStopped(t *testing.T) {
	noLeaks(t)
	ctx, stop := context.WithCancel(t.Context())
	asked := make(chan struct{}, 8)
	address := serveNTP(t, "udp", "127.0.0.1", func([]byte) [][]byte { asked <- struct{}{}; return nil })
	go func() { <-asked; stop() }()
	v := &vault{secrets: snmpVault}
	got := runSNMP(ctx, v.env(), Params{"address": address, "community-file": "community"})
	if got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, "stopped") {
		t.Errorf("got %s: %s", got.Outcome, got.Summary)
	}
}

// What cannot be counted is not sent.
func TestSNMPSpentBudget(t *testing.T) {
	var heard atomic.Int32
	address := snmpAgent(t, &snmpFake{engine: testEngine, hears: func(*gosnmp.SnmpPacket) { heard.Add(1) }})
	v := &vault{secrets: snmpVault, full: true}
	for _, with := range []Params{{"community-file": "community"}, {"user": "joe", "auth-file": "auth"}} {
		with["address"] = address
		got := runSNMP(t.Context(), v.env(), with)
		if got.Outcome != diag.NoAnswer || got.Reason != errVaultFull.Error() {
			t.Errorf("got %s: %s", got.Outcome, got.Summary)
		}
	}
	if n := heard.Load(); n != 0 {
		t.Errorf("the agent heard of a user %d times", n)
	}
}

func TestPlanSNMP(t *testing.T) {
	tests := []struct {
		name string
		with Params
		want string // the error; empty: none
	}{
		{"nothing", Params{"address": "switch"}, ""},
		{"no address", Params{"address": "http://switch/"}, "address: not of the form"},
		{"version 1", Params{"address": "a", "version": "1"}, "must be 2c or 3"},
		{"2c without", Params{"address": "a", "version": "2c"}, "needs --community-file"},
		{"3 with a community", Params{"address": "a", "version": "3", "community-file": "community"}, "has users"},
		{"both", Params{"address": "a", "user": "joe", "community-file": "community"}, "has users"},
		{"2c with a user", Params{"address": "a", "version": "2c", "user": "joe", "community-file": "community"}, "has communities"},
		{"privacy alone", Params{"address": "a", "user": "joe", "privacy-file": "privacy"}, "needs --auth-file"},
		{"nobody's key", Params{"address": "a", "auth-file": "auth"}, "needs --user"},
		{"unknown protocol", Params{"address": "a", "user": "joe", "auth-protocol": "ROT13"}, "MD5, SHA, SHA224, SHA256, SHA384, SHA512"},
		{"empty", Params{"address": "a", "user": "joe", "auth-file": "empty"}, "auth-file: it is empty"},
		{"not there", Params{"address": "a", "user": "joe", "auth-file": "gone"}, "auth-file: gone cannot be read"},
		{"all spellings", Params{"address": "a", "user": "joe", "auth-file": "auth", "auth-protocol": "sha-1", "privacy-file": "privacy", "privacy-protocol": "aes-128"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := planSNMP((&vault{secrets: snmpVault}).env(), tt.with)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	long := &vault{secrets: map[string]string{"community": strings.Repeat("x", 128)}}
	if _, err := planSNMP(long.env(), Params{"address": "a", "community-file": "community"}); err == nil || strings.Contains(err.Error(), "xx") {
		t.Errorf("a community of 128 bytes: %v", err)
	}
}
