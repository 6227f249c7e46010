package probe

import (
	"context"
	"fmt"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// What a silence must have lasted is leastWait, as for a page. One datagram
// carries the credential, so a lost one looks like a silence too; the words
// say so.
const (
	// snmpDiscovery is for the question who the agent is. It holds nothing
	// secret, so it is asked twice.
	snmpDiscovery = 2 * time.Second
	// snmpReserve is kept back of the time that a check may take, to say what
	// was found.
	snmpReserve = 50 * time.Millisecond
)

var snmpProbe = Probe{
	Kind: "snmp",
	Doc:  "an SNMP agent; without a community or user only whether one answers (v3), with it one attempt",
	Params: []Param{
		{Name: "address", Target: true, Required: true, Form: snmpForm, Doc: "the device, HOST or HOST:PORT; UDP port 161 unless given"},
		{Name: "version", Form: oneOf("2c", "3"), Doc: "2c or 3; 2c with a community, else 3"},
		{Name: "community-file", Secret: true, FlagOnly: true, Form: secretForm, Doc: "file that holds the community (2c)"},
		{Name: "user", Secret: true, FlagOnly: true, Form: atMost(longestName, "poller"), Doc: "name of the v3 user"},
		{Name: "auth-protocol", Form: protocolForm("auth", snmpAuthProtocols()), Doc: "MD5, SHA, SHA224, SHA256, SHA384 or SHA512; SHA256 unless given"},
		{Name: "auth-file", Secret: true, FlagOnly: true, Form: secretForm, Doc: "file that holds the user's authentication password"},
		{Name: "privacy-protocol", Form: protocolForm("privacy", snmpPrivacyProtocols()), Doc: "DES, AES, AES192, AES256, AES192C or AES256C; AES (128 bits) unless given"},
		{Name: "privacy-file", Secret: true, FlagOnly: true, Form: secretForm, Doc: "file that holds the user's privacy password"},
		{Name: "context", Form: atMost(longestName, "vlan-10"), Doc: "v3 context to ask in; the default one unless given"},
	},
	Example: `  authdoctor probe snmp --address 192.0.2.1
  authdoctor probe snmp --address 192.0.2.1 --community-file community.txt
  authdoctor probe snmp --address 192.0.2.1:161 --user poller --auth-protocol SHA --auth-file auth.txt --privacy-file env:SNMP_PRIVACY`,
	Ready: func(env Env, with Params) error { return second(planSNMP(env, with)) },
	Run:   runSNMP,
}

// longestName is for the name of a user and of a context: RFC 3411, 5
// (SnmpAdminString), and RFC 3414, 5 (usmUserName) have 32 octets for it.
const longestName = 32

var snmpForm = Form{"192.0.2.1", func(v string) error { return second(completeAddress(v, snmpPort)) }}

func protocolForm[P any](kind string, protocols map[string]P) Form {
	return Form{snmpUsual[kind], func(v string) error {
		return second(snmpKeyOf(Env{}, Params{kind + "-protocol": v}, kind, "", protocols))
	}}
}

func runSNMP(ctx context.Context, env Env, with Params) diag.Finding {
	plan, err := planSNMP(env, with)
	if err != nil {
		return unknown(nil, "%s", err)
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	facts := plan.facts()
	conn, err := env.Dial(ctx, "udp", plan.address)
	if err != nil {
		return unknown(facts, "could not connect: %s", whyNoConnection(err))
	}
	defer conn.Close()
	talk := newSNMPTalk(ctx, conn)
	defer talk.stop()
	if plan.version == gosnmp.Version2c {
		return askCommunity(ctx, env, talk, plan, facts)
	}
	return askUser(ctx, env, talk, plan, facts)
}

// askCommunity sends one request with the community. There is no word for
// "refused" in this version: an agent throws away what it does not like.
func askCommunity(ctx context.Context, env Env, talk *snmpTalk, plan snmpPlan, facts map[string]any) diag.Finding {
	if err := env.attempt(ctx, plan.account()); err != nil {
		return unknown(facts, "%s", err)
	}
	packet, err := talk.askCommunity(plan.community.Reveal(), talk.left())
	facts["requests"] = 1
	if err != nil {
		return silentSNMP(ctx, err, talk, facts, "no_response", communitySilence)
	}
	return judgeSNMP(snmpReply{packet: packet}, facts)
}

// askUser speaks version 3. It first asks who the agent is, which needs no
// credential and proves that it is alive, and then makes the one attempt.
func askUser(ctx context.Context, env Env, talk *snmpTalk, plan snmpPlan, facts map[string]any) diag.Finding {
	engine, err := talk.discover(min(snmpDiscovery, talk.left()*35/100))
	if err != nil {
		return noDiscovery(ctx, err, talk, plan, facts)
	}
	engine.tell(facts)
	if plan.bare() {
		return found("answering", "an SNMPv3 agent answers; no credential was sent", facts)
	}
	if err := env.attempt(ctx, plan.account()); err != nil {
		return unknown(facts, "%s", err)
	}
	try := &snmpTry{talk: talk, plan: plan, engine: engine}
	reply, err := try.make(ctx)
	facts["requests"] = try.requests
	switch {
	case err != nil && try.signed && plan.context == "":
		return silentSNMP(ctx, err, talk, facts, "wrong_privacy_key", privateSilence)
	case err != nil && try.signed:
		return silentSNMP(ctx, err, talk, facts, "user_unanswered", signedSilence)
	case err != nil:
		return silentSNMP(ctx, err, talk, facts, "user_unanswered", userSilence)
	}
	return judgeSNMP(reply, facts)
}

// An snmpTry is the one attempt of a user.
//
// It is one request. A second follows only where the first cannot have been a
// refusal: when the agent signed that its counters have moved on (RFC 3414,
// 3.2, 7), which is how a manager learns them, or when it said nothing at all,
// for it reports a wrong user, level and digest, but mostly not what it cannot
// decrypt. So no more than one of them can ever count as a failed one.
type snmpTry struct {
	talk     *snmpTalk
	plan     snmpPlan
	engine   snmpEngine
	requests int  // that bore the credential
	signed   bool // the agent has proved that it knows user and authentication key
}

func (t *snmpTry) make(ctx context.Context) (snmpReply, error) {
	reply, err := t.request(t.plan.level, t.engine, t.talk.left()*45/100)
	if err == nil && reply.report == notInTimeWindows && reply.signed {
		return t.request(t.plan.level, reply.engine(), t.talk.left())
	}
	if err == nil || !isSilence(err) || t.plan.level != gosnmp.AuthPriv || ctx.Err() != nil {
		return reply, err
	}
	return t.afterSilence(err)
}

// afterSilence finds out why what is encrypted gets no answer. It takes the
// second half of a discovery by the book, a signed request with the counters
// at zero (RFC 3414, 4): the agent must sign that they are wrong, and so
// proves the user and the authentication key, and it reads nothing of the
// request. Then the encrypted one is sent once more, for a datagram can get
// lost.
func (t *snmpTry) afterSilence(silence error) (snmpReply, error) {
	start := snmpEngine{id: t.engine.id}
	reply, err := t.request(gosnmp.AuthNoPriv, start, t.talk.left()/2)
	if err != nil {
		return snmpReply{}, silence
	}
	if !reply.signed {
		return reply, nil // a report says why
	}
	t.signed = true
	engine := reply.engine()
	reply, err = t.request(gosnmp.AuthPriv, engine, t.talk.left())
	if err != nil {
		return snmpReply{}, err
	}
	return reply, nil
}

func (t *snmpTry) request(level gosnmp.SnmpV3MsgFlags, engine snmpEngine, wait time.Duration) (snmpReply, error) {
	t.requests++
	return t.talk.askUser(t.plan, level, engine, wait)
}

// facts are what was asked, without who asked.
func (p snmpPlan) facts() map[string]any {
	facts := map[string]any{"version": "2c"}
	if p.version == gosnmp.Version2c {
		return facts
	}
	facts["version"] = "3"
	if !p.bare() {
		facts["level"] = p.levelName()
	}
	if p.level&gosnmp.AuthNoPriv != 0 {
		facts["auth_protocol"] = p.auth.name
	}
	if p.level == gosnmp.AuthPriv {
		facts["privacy_protocol"] = p.privacy.name
	}
	return facts
}

// account is what attempts are counted for. A community has no name.
func (p snmpPlan) account() string {
	who := p.user
	if p.version == gosnmp.Version2c {
		who = "community"
	}
	return fmt.Sprintf("snmp %s %s", p.address, who)
}
