package logs

import "bytes"

// A bound is what slapd told of a connection so far: who connected from where,
// and the name of the last bind. Its result stands in a line of its own
// (https://www.openldap.org/doc/admin26/, "stats" level).
type bound struct{ source, user string }

var (
	slapdLine   = lazily(`^conn=(\d+) (?:fd=\d+ ACCEPT from (?:IP=)?(\S+)|op=\d+ BIND dn="(.*?)" method=|op=\d+ RESULT tag=97 err=(\d+)|fd=\d+ (closed))`)
	slapdCauses = map[string]string{"49": "wrong_credentials", "53": "policy_blocked", "50": "permission_denied", "32": "unknown_account", "8": "credential_type_unsupported", "13": "credential_type_unsupported", "52": "provider_outage", "51": "provider_outage"}
)

// slapd reads a line of OpenLDAP.
func (m *messages) slapd(h head) *record {
	if !bytes.HasPrefix(h.text, []byte("conn=")) {
		return nil
	}
	found := slapdLine().FindSubmatch(h.text)
	if found == nil {
		return nil
	}
	key := string(h.host) + " " + string(found[1])
	one := m.binds[key]
	switch {
	case len(found[2]) > 0:
		one = bound{source: peer(string(found[2]))}
	case len(found[5]) > 0:
		delete(m.binds, key)
		return nil
	case len(found[4]) > 0:
		r := &record{system: "ldap", app: "slapd", user: one.user, source: one.source, count: 1, cause: slapdCauses[string(found[4])]}
		if string(found[4]) == "0" {
			r.outcome = succeeded
			return r
		}
		if r.cause == "" {
			return nil // such as a step of SASL (14), or a referral
		}
		return r
	default:
		one.user = string(found[3])
	}
	if len(m.binds) >= maxSeen {
		clear(m.binds)
	}
	m.binds[key] = one
	return nil
}
