package probe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// tokenSoon is how much life a token needs to be of use: what begins now may
// take as long.
const tokenSoon = time.Minute

// A verdict on one thing about a token.
type fault struct{ outcome, text string }

// judge is the finding: the fault that tells most, with all others beside it.
func (i *inspection) judge() diag.Finding {
	faults := i.faults()
	var names []string
	for _, f := range faults {
		names = append(names, f.outcome)
	}
	if len(faults) > 0 {
		i.facts["failed"] = names
		if reason := i.timeUnknown(faults[0].outcome); reason != "" {
			return unknown(i.facts, "%s", reason)
		}
		text := faults[0].text
		for _, f := range faults[1:] {
			text += "; also " + f.text
		}
		return found(faults[0].outcome, text, i.facts)
	}
	if i.noProof != "" {
		return unknown(i.facts, "the claims are in order, but the signature could not be checked: %s", i.noProof)
	}
	return i.judgeSound()
}

// timeUnknown: where time servers were named and nobody told the time, this
// computer's clock may be what is wrong, so it convicts nothing.
func (i *inspection) timeUnknown(outcome string) string {
	if outcome != "expired" && outcome != "not_yet_valid" || !i.timed || i.right.known() {
		return ""
	}
	return "by this computer's clock the token is out of its time, but the clock could not be checked: " + i.right.reason
}

// faults lists what is wrong, the most telling first. Whose token it is comes
// before everything: of another issuer, neither key nor time says anything
// about this one. An altered token proves nothing by its claims. What a new
// token would have as well comes before what a new token mends; a key that was
// retired since belongs to an old token.
func (i *inspection) faults() []fault {
	var list []fault
	for _, check := range []func() (fault, bool){
		i.unsigned, i.otherIssuer, i.altered, i.otherAudience, i.outOfTime, i.retiredKey, i.lacksScope,
	} {
		if f, bad := check(); bad {
			list = append(list, f)
		}
	}
	return list
}

func (i *inspection) unsigned() (fault, bool) {
	alg := printable(stringOf(i.header, "alg"))
	switch {
	case alg == "none" || alg == "":
		return fault{"alg_mismatch", "the token is not signed at all"}, true
	case i.proof == signatureAlg:
		return fault{"alg_mismatch", "the token is signed with " + alg + ", and the issuer's keys are for something else"}, true
	}
	return fault{}, false
}

func (i *inspection) otherIssuer() (fault, bool) {
	iss := stringOf(i.claims, "iss")
	same := iss == i.want.issuer || i.want.described && trimSlash(iss) == i.want.issuer
	if i.want.issuer == "" || same {
		return fault{}, false
	}
	if iss == "" {
		return fault{"wrong_issuer", "the token does not say who issued it"}, true
	}
	return fault{"wrong_issuer", fmt.Sprintf("the token comes from %s, not from %s: %s",
		printable(iss), printable(i.want.issuer), issuerDifference(iss, i.want.issuer))}, true
}

func (i *inspection) altered() (fault, bool) {
	return fault{"bad_signature", "the signature does not belong to the token"}, i.proof == signatureBad
}

func (i *inspection) retiredKey() (fault, bool) {
	return fault{"unknown_key", "the token is signed with the key " + printable(stringOf(i.header, "kid")) + ", which the issuer does not show (any more)"}, i.proof == signatureNoKey
}

func (i *inspection) otherAudience() (fault, bool) {
	theirs := i.audience()
	if len(i.want.audience) == 0 || slices.ContainsFunc(theirs, func(a string) bool { return slices.Contains(i.want.audience, a) }) {
		return fault{}, false
	}
	wanted := printable(strings.Join(i.want.audience, " or "))
	text := "the token was made for " + printable(strings.Join(theirs, ", ")) + ", not for " + wanted
	switch {
	case len(theirs) == 0:
		text = "the token does not say whom it was made for"
	case i.kind() == kindID:
		text = "this is an id token for the client " + printable(strings.Join(theirs, ", ")) + ", not an access token for " + wanted
	case len(theirs) == 1 && len(i.want.audience) == 1 && trimSlash(theirs[0]) == trimSlash(wanted):
		text += ": only the slash at the end differs"
	}
	return fault{"wrong_audience", text}, true
}

func (i *inspection) lacksScope() (fault, bool) {
	has := i.scopes()
	lacks := slices.DeleteFunc(slices.Clone(i.want.scopes), func(s string) bool { return slices.Contains(has, s) })
	if len(lacks) == 0 {
		return fault{}, false
	}
	text := "the token lacks " + printable(strings.Join(lacks, ", "))
	if i.kind() == kindID {
		text = "this is an id token, which permits nothing (" + printable(strings.Join(lacks, ", ")) + " is wanted)"
	}
	return fault{"missing_scope", text}, true
}
