package probe

import (
	"cmp"
	"crypto/x509"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// trust says who vouches for a host's certificate.
type trust int

const (
	trustNone   trust = iota // nobody whom this computer trusts, or no certificate was seen
	trustLocal               // an authority that this computer trusts, but not one of the public ones
	trustPublic              // a public authority: nothing can stand in between
)

// publicRoots are the authorities that Mozilla trusts: everybody's, whatever
// was installed on this computer.
func publicRoots(env Env) *x509.CertPool {
	if env.PublicRoots != nil {
		return env.PublicRoots
	}
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		cert, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			continue // a root that cannot be read vouches for nobody
		}
		if root.Constraint == nil {
			pool.AddCert(cert)
		} else {
			pool.AddCertWithConstraint(cert, root.Constraint)
		}
	}
	return pool
}

// judgeChain verifies a host's chain with the public authorities and with
// those of this computer, and names the issuer. The computer may find
// intermediates by itself that the server left out; they count for both.
func judgeChain(env Env, host string, chain []*x509.Certificate) (trust, string) {
	if len(chain) == 0 {
		return trustNone, ""
	}
	leaf, between := chain[0], x509.NewCertPool()
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	options := x509.VerifyOptions{DNSName: host, Roots: env.Roots, Intermediates: between, CurrentTime: env.Now()}
	issuer := printable(cmp.Or(leaf.Issuer.CommonName, leaf.Issuer.String()))
	here, err := leaf.Verify(options)
	for _, found := range here {
		for _, cert := range found[1:] {
			between.AddCert(cert)
		}
	}
	options.Roots = publicRoots(env)
	if _, publicErr := leaf.Verify(options); publicErr == nil {
		return trustPublic, issuer
	}
	if err == nil {
		return trustLocal, issuer
	}
	return trustNone, issuer
}
