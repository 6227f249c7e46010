package probe

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Why nobody trusted vouches for a server: the fact "chain_fault".
const (
	chainSelfSigned   = "self_signed"
	chainIncomplete   = "missing_intermediate"
	chainUnknown      = "unknown_authority"
	chainWrongPurpose = "wrong_purpose" // not a server's certificate
	chainForbidden    = "not_permitted" // the authority may not vouch for it
)

func chainFaultTexts() map[string]string {
	return map[string]string{
		chainSelfSigned:   "nobody vouches for the server but itself (self-signed)",
		chainIncomplete:   "the server does not send the certificate in between that ties it to a trusted authority",
		chainUnknown:      "%s vouches for the server, and this computer does not trust it",
		chainWrongPurpose: "the certificate was not made for a server",
		chainForbidden:    "%s vouches for the server, and may not",
	}
}

// mostCerts is how many certificates of a server are looked at. Public ones
// send two to four; each more costs signatures to check at every moment.
const mostCerts = 10

// A window is a stretch of time, both ends included. It is empty when it ends
// before it begins.
type window struct{ from, to time.Time }

// overlap is the time in which every certificate of a chain is valid. When an
// authority that is trusted as such began does not matter (RFC 5280, 6.1), but
// that it ended does, to every program that people sign in with.
func overlap(chain []*x509.Certificate) window {
	w := window{chain[0].NotBefore, chain[0].NotAfter}
	for i, c := range chain[1:] {
		if anchor := i+2 == len(chain); !anchor && c.NotBefore.After(w.from) {
			w.from = c.NotBefore
		}
		if c.NotAfter.Before(w.to) {
			w.to = c.NotAfter
		}
	}
	return w
}

func (w window) facts(facts map[string]any, now time.Time) {
	facts["not_before"] = w.from.UTC().Format(time.RFC3339)
	facts["not_after"] = w.to.UTC().Format(time.RFC3339)
	facts["days_left"] = daysUntil(w.to, now)
}

// outside says of a certificate that has another fault already that its dates
// are one, too; empty when they are not.
func (w window) outside(now time.Time) string {
	switch {
	case now.After(w.to):
		return fmt.Sprintf("; the certificate also ran out %s ago (by this computer's clock)", span(now.Sub(w.to)))
	case now.Before(w.from):
		return fmt.Sprintf("; the certificate also becomes valid only in %s (by this computer's clock)", span(w.from.Sub(now)))
	}
	return ""
}

// judgeCertificates judges what a server showed: trust first, whatever the
// date, then the name, then the date. It adds what it saw to facts, and
// returns true when nothing is wrong.
func judgeCertificates(certs []*x509.Certificate, roots *x509.CertPool, name string, now time.Time, facts map[string]any) (diag.Finding, bool) {
	certs = certs[:min(len(certs), mostCerts)]
	leaf := certs[0]
	facts["judged_at"] = now.Format(time.RFC3339)
	facts["issuer"] = authority(leaf.Issuer)
	facts["subject_names"] = subjectNames(leaf)
	chain, err := trustedChain(certs, roots, now)
	if errors.As(err, &x509.SystemRootsError{}) {
		return unknown(facts, "this computer's list of trusted authorities cannot be read"), false
	}
	if err != nil {
		fault := chainFault(certs, err)
		facts["chain_fault"] = fault
		own := overlap(certs[:1])
		own.facts(facts, now)
		return found("untrusted", strings.ReplaceAll(chainFaultTexts()[fault], "%s", authority(leaf.Issuer))+own.outside(now), facts), false
	}
	w := overlap(chain)
	w.facts(facts, now)
	if leaf.VerifyHostname(name) != nil {
		return found("hostname_mismatch", mismatch(leaf, name), facts), false
	}
	return judgeDates(chain, w, now, facts)
}

// daysUntil counts days as they are told in words, so that a person does not
// read two numbers for one time.
func daysUntil(t, now time.Time) int { return int(math.Round(t.Sub(now).Hours() / 24)) }

// judgeDates judges by this computer's clock, and says so: whether the clock
// is right is another check's business.
func judgeDates(chain []*x509.Certificate, w window, now time.Time, facts map[string]any) (diag.Finding, bool) {
	switch {
	case now.After(w.to):
		return found("expired", fmt.Sprintf("%s ran out %s ago (by this computer's clock)",
			whose(chain[0].NotAfter.Equal(w.to)), span(now.Sub(w.to))), facts), false
	case now.Before(w.from):
		return found("not_yet_valid", fmt.Sprintf("%s becomes valid only in %s (by this computer's clock)",
			whose(chain[0].NotBefore.Equal(w.from)), span(w.from.Sub(now))), facts), false
	}
	return diag.Finding{}, true
}

func whose(leaf bool) string {
	if leaf {
		return "the certificate"
	}
	return "a certificate that vouches for the server's"
}

// trustedChain finds a chain from the server to a trusted authority, whatever
// the date: it asks for every moment at which that could change, the nearest
// to now first. A chain whose certificates were never valid at the same time
// is returned all the same.
func trustedChain(certs []*x509.Certificate, roots *x509.CertPool, now time.Time) ([]*x509.Certificate, error) {
	var why error
	var above *x509.Certificate // what vouches for the server's, but never at the same time
	for _, at := range moments(certs, now) {
		chains, err := verifyChain(certs, roots, at)
		if err == nil {
			return longest(chains), nil
		}
		if c := dated(err); c != nil && c != certs[0] {
			above = c
		}
		if why == nil || dated(why) != nil {
			why = err
		}
	}
	if dated(why) == nil {
		return nil, why
	}
	return neverTogether(certs, above, roots, now, why)
}

// neverTogether finds a chain in which the first certificate was never valid
// together with what is above it: that is either trusted itself, and so was
// not sent, or has to be traced further.
func neverTogether(certs []*x509.Certificate, above *x509.Certificate, roots *x509.CertPool, now time.Time, why error) ([]*x509.Certificate, error) {
	if above != nil && !slices.ContainsFunc(certs, above.Equal) && certs[0].CheckSignatureFrom(above) == nil {
		return []*x509.Certificate{certs[0], above}, nil
	}
	linked := linkedChain(certs)
	if len(linked) == 1 {
		return nil, why
	}
	rest, err := trustedChain(linked[1:], roots, now)
	if err != nil {
		return nil, err
	}
	return append(linked[:1:1], rest...), nil
}

func verifyChain(certs []*x509.Certificate, roots *x509.CertPool, at time.Time) ([][]*x509.Certificate, error) {
	between := x509.NewCertPool()
	for _, c := range certs[1:] {
		between.AddCert(c)
	}
	return certs[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at})
}

// moments are now, and the ends of every certificate's validity.
func moments(certs []*x509.Certificate, now time.Time) []time.Time {
	all := []time.Time{now}
	for _, c := range certs {
		all = append(all, c.NotBefore, c.NotAfter)
	}
	slices.SortStableFunc(all, func(a, b time.Time) int {
		return cmp.Compare(a.Sub(now).Abs(), b.Sub(now).Abs())
	})
	return slices.CompactFunc(all, time.Time.Equal)
}

// longest is the chain that stays valid longest.
func longest(chains [][]*x509.Certificate) []*x509.Certificate {
	return slices.MaxFunc(chains, func(a, b []*x509.Certificate) int {
		return overlap(a).to.Compare(overlap(b).to)
	})
}

// dated is the certificate whose dates alone made a chain fail, or nil.
func dated(err error) *x509.Certificate {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return invalid.Cert
	}
	return nil
}

// linkedChain follows the presented certificates upwards from the server's
// own, each vouching for the one before.
func linkedChain(certs []*x509.Certificate) []*x509.Certificate {
	chain := certs[:1:1]
	for {
		last := chain[len(chain)-1]
		i := slices.IndexFunc(certs, func(c *x509.Certificate) bool {
			return !slices.Contains(chain, c) && bytes.Equal(c.RawSubject, last.RawIssuer) && last.CheckSignatureFrom(c) == nil
		})
		if i < 0 {
			return chain
		}
		chain = append(chain, certs[i])
	}
}

// chainFault says what is wrong with a chain that leads to nobody trusted.
// Verifying gives one error for most of these, so that the presented chain
// has to tell.
func chainFault(certs []*x509.Certificate, err error) string {
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	leaf := certs[0]
	switch {
	case ok && invalid.Reason == x509.IncompatibleUsage:
		return chainWrongPurpose
	case ok && invalid.Reason != x509.Expired:
		return chainForbidden
	case bytes.Equal(leaf.RawSubject, leaf.RawIssuer) && leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil:
		return chainSelfSigned
	case len(linkedChain(certs)) == 1 && looksIncomplete(leaf):
		return chainIncomplete
	}
	return chainUnknown
}

// looksIncomplete guesses, of a server that shows nothing but its own
// certificate, whether one in between is missing or its authority is unknown.
// Public authorities always say where their certificate is to be had, and
// always put one in between; private ones and filters that open connections
// do neither, unless the name tells.
func looksIncomplete(leaf *x509.Certificate) bool {
	if len(leaf.IssuingCertificateURL) > 0 {
		return true
	}
	name := strings.ToLower(leaf.Issuer.CommonName)
	return strings.Contains(name, "intermediate") || strings.Contains(name, "issuing")
}

// authority is the name of who vouches, fit to be shown.
func authority(n pkix.Name) string {
	name := n.CommonName
	if len(n.Organization) > 0 && n.Organization[0] != "" && n.Organization[0] != name {
		name = strings.TrimSpace(name + " (" + n.Organization[0] + ")")
	}
	if name = printable(name); name == "" {
		return "an authority without a name"
	}
	return name
}

// mostNames is how many of a certificate's names are shown.
const mostNames = 8

// subjectNames are the names that a certificate proves, the first few.
func subjectNames(c *x509.Certificate) []string {
	names := []string{}
	for _, n := range c.DNSNames {
		names = append(names, printable(n))
	}
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names[:min(len(names), mostNames)]
}

func mismatch(leaf *x509.Certificate, name string) string {
	names := subjectNames(leaf)
	if len(names) == 0 {
		return "the certificate names no host in the way that counts, so it does not prove " + name
	}
	text := names[0]
	if more := len(leaf.DNSNames) + len(leaf.IPAddresses) - 1; more > 0 {
		text = fmt.Sprintf("%s and %d more", text, more)
	}
	return fmt.Sprintf("the certificate is for %s, not for %s", text, name)
}
