package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// judge says what a visit found. The host key comes before everything: what a
// server with another one says is not the server's word.
func (v *sshVisit) judge(ctx context.Context, err error) diag.Finding {
	offer, offered := v.describe()
	missing, nothing := offer.missing()
	switch {
	case v.trust == trustChanged:
		return found("host_key_changed", "the host key is not the one that is known for this server: "+v.fingerprint(), v.facts)
	case v.trust == trustRevoked:
		return found("host_key_changed", "the host key is marked as revoked: "+v.fingerprint(), v.facts)
	case offered && nothing:
		return found("no_common_algorithm", fmt.Sprintf("for %s the server offers only %s, which a current client does not take",
			missing.what, few(missing.offered)), v.facts)
	case v.trust == "":
		return unknown(v.facts, "%s", v.whyNot(ctx, err))
	case v.login != nil && v.trust != trustKnown:
		return found("host_key_unknown", "the host key is not a known one, so the login was not tried: "+v.fingerprint(), v.facts)
	case v.refused != nil:
		return unknown(v.facts, "%s", v.refused)
	case errors.Is(err, errNoMethod):
		return found("method_not_offered", "the server takes no "+v.given()+", only "+few(v.methods)+"; nothing was sent", v.facts)
	case v.tried != "":
		return v.judgeAttempt(ctx, err)
	case v.user != "" && v.methods == nil && err != nil:
		return unknown(v.facts, "%s", v.whyNot(ctx, err))
	}
	return v.judgeShown(offer, err == nil)
}

// describe puts what the server showed into the facts.
func (v *sshVisit) describe() (sshOffer, bool) {
	if version, _ := v.init.version(); version != "" {
		v.facts["server_version"] = printable(version)
	}
	if v.greeting != "" {
		v.facts["banner"] = printable(v.login.hide(v.greeting))
	}
	if v.methods != nil {
		v.facts["methods"] = v.methods
	}
	offer, ok := v.init.offer()
	if ok {
		v.facts["key_exchanges"], v.facts["host_key_algorithms"] = cleanNames(offer.KeyExchanges), cleanNames(offer.HostKeys)
		v.facts["ciphers"], v.facts["macs"] = cleanNames(offer.Ciphers), cleanNames(offer.MACs)
	}
	return offer, ok
}

func (v *sshVisit) fingerprint() string {
	return fmt.Sprintf("%s %s", v.facts["host_key_type"], v.facts["host_key_fingerprint"])
}

func (v *sshVisit) given() string {
	if v.signer != nil {
		return "keys"
	}
	return "passwords"
}

func (v *sshVisit) furtherWays() string {
	if len(v.further) == 0 {
		return ""
	}
	return ": " + few(v.further)
}

// few are the first of a list.
func few(list []string) string {
	const most = 4
	text := strings.Join(list[:min(len(list), most)], ", ")
	if len(list) > most {
		text += " and others"
	}
	if text == "" {
		return "nothing"
	}
	return printable(text)
}

// judgeAttempt judges the answer to the attempt. SSH says yes, no or "and
// then"; whatever else ends it is no answer.
func (v *sshVisit) judgeAttempt(ctx context.Context, err error) diag.Finding {
	switch {
	case err == nil:
		return found("ok", "the server took the login ("+v.tried+")", v.facts)
	case v.more:
		return found("second_step_required", "the server took the login ("+v.tried+"), and wants more"+v.furtherWays(), v.facts)
	case v.puzzled:
		return unknown(v.facts, "the server asks for more than one password, and this check answers only one")
	case errors.Is(err, errOneTry):
		return found("rejected", "the login was refused ("+v.tried+")", v.facts)
	}
	return unknown(v.facts, "%s", sentInVain(v.whyNot(ctx, err)))
}

// judgeShown judges what a server shows to anybody. Open: it lets the user in
// without asking for anything.
func (v *sshVisit) judgeShown(offer sshOffer, open bool) diag.Finding {
	ways := ""
	switch {
	case open:
		ways = "; it lets this user in without any credential"
	case v.methods != nil:
		ways = "; this user may sign in with " + few(v.methods)
	}
	weak := offer.weak()
	v.facts["weak_algorithms"] = weak
	switch {
	case v.trust == trustUnknown:
		return found("host_key_unknown", "the host key is not a known one: "+v.fingerprint()+ways, v.facts)
	case len(weak) > 0:
		return found("weak_algorithms", "the server still offers "+few(weak)+ways, v.facts)
	}
	return found("ok", "the server answers, host key "+v.fingerprint()+ways, v.facts)
}

// whyNot says why the conversation came to nothing.
func (v *sshVisit) whyNot(ctx context.Context, err error) string {
	version, _ := v.init.version()
	_, none := errors.AsType[*ssh.AlgorithmNegotiationError](err)
	fault := explainNet(err)
	switch {
	case ctx.Err() != nil:
		return "the conversation broke off: " + explainNet(ctx.Err()).String()
	case none:
		return "the server offers current algorithms, but none of those that this check speaks"
	case strings.Contains(err.Error(), "disconnect, reason"):
		_, said, _ := strings.Cut(err.Error(), "disconnect, reason ")
		return "the server ended it: " + printable(v.login.hide(said))
	case fault != faultOther:
		return "the conversation broke off: " + fault.String()
	case version == "":
		return "what answers there does not speak SSH"
	}
	return "the conversation broke off: " + printable(v.login.hide(err.Error()))
}
