package probe

import (
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// outOfTime judges the times at the time that counts. Within its uncertainty
// the milder holds; and clocks that count as right may differ by so much that
// a fresh token begins in the future by a moment.
func (i *inspection) outOfTime() (fault, bool) {
	now := i.right.at(i.local)
	exp, ends, _ := i.moment("exp")
	begins, hasBegin := i.begins()
	switch {
	case ends && !now.Add(-i.right.unsure).Before(exp):
		text := "the token ran out " + span(now.Sub(exp)) + " ago, " + i.right.by()
		if i.right.apart() && i.local.Before(exp) {
			text += "; it only looks valid here because this computer's clock is " + drift(i.right.offset)
		}
		return fault{"expired", text}, true
	case hasBegin && now.Add(i.right.unsure+clockAccurate).Before(begins):
		return fault{"not_yet_valid", i.beginsLater(begins.Sub(now))}, true
	}
	return fault{}, false
}

// beginsLater tells a token that may not be used yet (nbf) from one that was
// issued in the future (iat), which some programs accept without a word.
func (i *inspection) beginsLater(ahead time.Duration) string {
	nbf, has, _ := i.moment("nbf")
	if begins, _ := i.begins(); has && !nbf.Before(begins) {
		return "the token becomes valid only in " + span(ahead) + ", " + i.right.by()
	}
	return "the token was issued " + span(ahead) + " in the future, " + i.right.by() + ", so a clock is wrong; some programs refuse it"
}

// judgeSound is the finding for a token without a fault.
func (i *inspection) judgeSound() diag.Finding {
	now := i.right.at(i.local)
	exp, ends, _ := i.moment("exp")
	left := exp.Sub(now)
	switch {
	case i.looksOtherwise():
		return found("valid_at_server_time", "this computer's clock is "+drift(i.right.offset)+"; "+i.right.by()+" the token is valid", i.facts)
	case !ends:
		return found("no_expiry", "the token has no end (exp)"+i.proofNote(), i.facts)
	case left <= tokenSoon:
		return found("expiring", "the token runs out in "+span(max(left, 0))+", "+i.right.by()+i.proofNote(), i.facts)
	}
	return found("valid", "valid for another "+span(left)+", "+i.right.by()+i.proofNote(), i.facts)
}

// looksOtherwise reports whether this computer's own clock would refuse the
// token, which is good.
func (i *inspection) looksOtherwise() bool {
	exp, ends, _ := i.moment("exp")
	begins, hasBegin := i.begins()
	return i.right.known() && (ends && !i.local.Before(exp) || hasBegin && i.local.Add(clockAccurate).Before(begins))
}

// proofNote says what is known of the signature.
func (i *inspection) proofNote() string {
	switch i.proof {
	case signatureGood:
		return "; its signature is the issuer's"
	case signatureShared:
		return "; only a holder of the shared secret can check its signature"
	}
	return "; its signature was not checked"
}
