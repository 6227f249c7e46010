package probe

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gosnmp/gosnmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var testEngine = snmpEngine{id: "\x80\x00\x1f\x88\x04test", boots: 7, time: 4711}

// An snmpFake is a fake agent of version 3, for what a real one cannot be made to
// say. It knows one user, by the password in the vault.
type snmpFake struct {
	engine  snmpEngine
	greets  *snmpEngine                            // what it says of itself when asked; nil: engine
	hears   func(*gosnmp.SnmpPacket)               // a request with a user; nil for nobody
	answers func(*gosnmp.SnmpPacket) []agentAnswer // nil: silent
}

// An agentAnswer is a report, or else a response.
type agentAnswer struct {
	report string
	engine snmpEngine
	level  gosnmp.SnmpV3MsgFlags // signed with the user's key, or not
	other  bool                  // answers another question
	error  gosnmp.SNMPError
}

func snmpAgent(t *testing.T, a *snmpFake) string {
	return serveNTP(t, "udp", "127.0.0.1", func(question []byte) [][]byte {
		q, err := plainReader().SnmpDecodePacket(question)
		if q.Version != gosnmp.Version3 || q.MsgID == 0 {
			return nil
		}
		if q.SecurityParameters.(*gosnmp.UsmSecurityParameters).UserName == "" {
			greets := a.engine
			if a.greets != nil {
				greets = *a.greets
			}
			return [][]byte{[]byte("rubbish"), agentSays(t, q, agentAnswer{report: ".1.3.6.1.6.3.15.1.1.4.0", engine: greets})}
		}
		if a.hears != nil {
			a.hears(q)
		}
		if err != nil {
			q = openQuestion(t, question, q.MsgFlags&gosnmp.AuthPriv)
		}
		var said [][]byte
		if a.answers != nil {
			for _, answer := range a.answers(q) {
				said = append(said, agentSays(t, q, answer))
			}
		}
		return said
	})
}

// fakeUser is the user that the fake agent knows.
func fakeUser(t *testing.T) snmpPlan {
	plan, err := planSNMP((&vault{secrets: snmpVault}).env(), Params{"address": "a", "user": "joe", "auth-file": "auth", "privacy-file": "privacy"})
	if err != nil {
		t.Error(err)
	}
	return plan
}

// openQuestion reads what is signed or encrypted.
func openQuestion(t *testing.T, question []byte, level gosnmp.SnmpV3MsgFlags) *gosnmp.SnmpPacket {
	reader := &gosnmp.GoSNMP{
		Version: gosnmp.Version3, MsgFlags: level, SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: fakeUser(t).parameters(level, testEngine),
	}
	q, err := reader.UnmarshalTrap(question, false)
	if err != nil {
		t.Error(err)
	}
	return q
}

func agentSays(t *testing.T, q *gosnmp.SnmpPacket, a agentAnswer) []byte {
	user := fakeUser(t).parameters(a.level, a.engine)
	p := &gosnmp.SnmpPacket{
		Version: gosnmp.Version3, MsgFlags: a.level, SecurityModel: gosnmp.UserSecurityModel, SecurityParameters: user,
		ContextEngineID: a.engine.id, PDUType: gosnmp.GetResponse, MsgID: q.MsgID, RequestID: q.RequestID, Error: a.error,
		Variables: value(gosnmp.TimeTicks, uint32(100)),
	}
	if a.other {
		p.MsgID++
	}
	if a.report != "" {
		p.PDUType, p.Variables = gosnmp.Report, []gosnmp.SnmpPDU{{Name: a.report, Type: gosnmp.Counter32, Value: uint32(1)}}
	}
	if err := user.InitSecurityKeys(); err != nil {
		t.Error(err)
	}
	datagram, err := p.MarshalMsg()
	if err != nil {
		t.Error(err)
	}
	return datagram
}

// Surprise: the library hears wrong key, unknown user and unsupported level as
// one and the same error. The raw report tells them apart.
func TestSNMPReportsAreToldApart(t *testing.T) {
	want := map[string]string{
		".1.3.6.1.6.3.15.1.1.1.0": "level_not_supported", ".1.3.6.1.6.3.15.1.1.2.0": "not_in_time_window",
		".1.3.6.1.6.3.15.1.1.3.0": "unknown_user", ".1.3.6.1.6.3.15.1.1.4.0": diag.NoAnswer,
		".1.3.6.1.6.3.15.1.1.5.0": "wrong_auth_key", ".1.3.6.1.6.3.15.1.1.6.0": "wrong_privacy_key",
		".1.3.6.1.6.3.11.2.1.1.0": diag.NoAnswer, ".1.3.6.1.6.3.11.2.1.2.0": diag.NoAnswer, ".1.3.6.1.6.3.11.2.1.3.0": diag.NoAnswer,
		".1.3.6.1.6.3.12.1.4.0": diag.NoAnswer, ".1.3.6.1.6.3.12.1.5.0": "unknown_context",
		".1.3.6.1.4.1.1.1.0": diag.NoAnswer,
	}
	got := map[string]string{}
	for report := range want {
		stray := ".1.3.6.1.6.3.15.1.1.3.0" // answers somebody else
		if report == stray {
			stray = ".1.3.6.1.6.3.15.1.1.5.0"
		}
		a := &snmpFake{engine: testEngine, answers: func(*gosnmp.SnmpPacket) []agentAnswer {
			return []agentAnswer{{report: stray, engine: testEngine, other: true}, {report: report, engine: testEngine}}
		}}
		v := &vault{secrets: snmpVault}
		f := runSNMP(t.Context(), v.env(), Params{"address": snmpAgent(t, a), "user": "joe", "auth-file": "auth", "privacy-file": "privacy"})
		got[report] = f.Outcome
		if f.Facts["requests"] != 1 || len(v.taken) != 1 {
			t.Errorf("%s: %v requests in %d attempts", report, f.Facts["requests"], len(v.taken))
		}
		if f.Outcome != diag.NoAnswer && !strings.Contains(f.Summary, "the agent says") {
			t.Errorf("%s: a report that nobody signed is told as if it were proven: %s", report, f.Summary)
		}
		v.keeps(t, f, "joe")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
}

// Surprise: the library settles a time window without a word, and then a
// report can come back as if it were an answer. Here the second request is
// seen, and a second refusal is one.
func TestSNMPTimeWindow(t *testing.T) {
	moved := snmpEngine{id: testEngine.id, boots: 8, time: 3}
	window := agentAnswer{report: notInTimeWindows, engine: moved, level: gosnmp.AuthNoPriv}
	tests := []struct {
		name     string
		answers  func(*gosnmp.SnmpPacket) []agentAnswer
		outcome  string
		requests int
	}{
		{"the counters moved on", func(q *gosnmp.SnmpPacket) []agentAnswer {
			if engineOf(q).boots != moved.boots {
				return []agentAnswer{window}
			}
			return []agentAnswer{{engine: moved, level: gosnmp.AuthNoPriv}}
		}, "ok", 2},
		{"never right", func(*gosnmp.SnmpPacket) []agentAnswer { return []agentAnswer{window} }, "not_in_time_window", 2},
		{"nobody signed it", func(*gosnmp.SnmpPacket) []agentAnswer {
			return []agentAnswer{{report: notInTimeWindows, engine: moved}}
		}, "not_in_time_window", 1},
		{"no access", func(*gosnmp.SnmpPacket) []agentAnswer {
			return []agentAnswer{{engine: testEngine, level: gosnmp.AuthNoPriv, error: gosnmp.AuthorizationError}}
		}, "not_authorized", 1},
		{"an answer that nobody signed", func(*gosnmp.SnmpPacket) []agentAnswer {
			return []agentAnswer{{engine: testEngine}}
		}, diag.NoAnswer, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
			defer cancel()
			v := &vault{secrets: snmpVault}
			got := runSNMP(ctx, v.env(), Params{"address": snmpAgent(t, &snmpFake{engine: testEngine, answers: tt.answers}), "user": "joe", "auth-file": "auth"})
			if got.Outcome != tt.outcome || got.Facts["requests"] != tt.requests || len(v.taken) != 1 {
				t.Errorf("got %s after %v requests in %d attempts (%s); want %s after %d", got.Outcome, got.Facts["requests"], len(v.taken), got.Summary, tt.outcome, tt.requests)
			}
		})
	}
}

// An agent that is silent to what is encrypted, and to nothing else, cannot
// read it. Where a context was named that may be the reason as well; and
// where it signs nothing, nothing is proven.
func TestSNMPSilentToWhatIsEncrypted(t *testing.T) {
	signs := func(q *gosnmp.SnmpPacket) []agentAnswer {
		if q.MsgFlags&gosnmp.AuthPriv == gosnmp.AuthPriv {
			return nil
		}
		return []agentAnswer{{report: notInTimeWindows, engine: testEngine, level: gosnmp.AuthNoPriv}}
	}
	tests := []struct {
		name     string
		answers  func(*gosnmp.SnmpPacket) []agentAnswer
		context  string
		outcome  string
		requests int
	}{
		{"it signs", signs, "", "wrong_privacy_key", 3},
		{"it signs, and there is a context", signs, "vlan-7", "user_unanswered", 3},
		{"it signs a response that should be encrypted", func(q *gosnmp.SnmpPacket) []agentAnswer {
			return []agentAnswer{{engine: testEngine, level: gosnmp.AuthNoPriv}}
		}, "", diag.NoAnswer, 1},
		{"it answers what nobody signed", func(q *gosnmp.SnmpPacket) []agentAnswer {
			if q.MsgFlags&gosnmp.AuthPriv == gosnmp.AuthPriv {
				return nil
			}
			return []agentAnswer{{report: notInTimeWindows, engine: testEngine}}
		}, "", "not_in_time_window", 2},
		{"silent to everything", func(*gosnmp.SnmpPacket) []agentAnswer { return nil }, "", "user_unanswered", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
			defer cancel()
			v := &vault{secrets: snmpVault}
			with := Params{"address": snmpAgent(t, &snmpFake{engine: testEngine, answers: tt.answers}), "user": "joe", "auth-file": "auth", "privacy-file": "privacy", "context": tt.context}
			got := runSNMP(ctx, v.env(), with)
			if got.Outcome != tt.outcome || got.Facts["requests"] != tt.requests || len(v.taken) != 1 {
				t.Errorf("got %s after %v requests in %d attempts (%s); want %s after %d", got.Outcome, got.Facts["requests"], len(v.taken), got.Summary, tt.outcome, tt.requests)
			}
		})
	}
}

// The discovery takes no name for an agent's that cannot be one.
func TestSNMPDiscovery(t *testing.T) {
	noLeaks(t)
	v := &vault{secrets: snmpVault}
	got := runSNMP(t.Context(), v.env(), Params{"address": snmpAgent(t, &snmpFake{engine: testEngine})})
	want := map[string]any{"version": "3", "engine_id": "80001f880474657374", "engine_boots": int64(7), "engine_time_s": int64(4711)}
	if diff := cmp.Diff(want, got.Facts); got.Outcome != "answering" || diff != "" || len(v.taken) != 0 {
		t.Errorf("got %s, attempts %q (-want +got):\n%s", got.Outcome, v.taken, diff)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
	defer cancel()
	short := &snmpFake{engine: testEngine, greets: &snmpEngine{id: "abcd"}}
	if got := runSNMP(ctx, v.env(), Params{"address": snmpAgent(t, short)}); got.Outcome != diag.NoAnswer {
		t.Errorf("an engine id of 4 bytes: %s, %s", got.Outcome, got.Summary)
	}
}
