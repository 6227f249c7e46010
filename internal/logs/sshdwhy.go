package logs

import "bytes"

// A line of sshd or of PAM in front of a refusal may say what is wrong better
// than the refusal does: the rights of a file, a certificate that has run out, an
// account that has expired.

// explained notes why a connection is refused.
func (m *messages) explained(h head, why, cause string) {
	one := m.knock(h, nil)
	if !m.back {
		one.why, one.class = why, cause
	} else if one.name != nil {
		one.name.text, one.name.cause = why, cause
	}
}

// because gives a failure the reason that was told in front of it.
func (k *knock) because(r *record) *record {
	if k.why != "" && r.text != sayUnknown {
		r.text, r.cause = k.why, k.class
	}
	return r
}

// barredByPAM: "fatal: Access denied for user USER by PAM account configuration
// [preauth]".
func (m *messages) barredByPAM(h head) *record {
	rest, ok := bytes.CutPrefix(h.text, []byte("fatal: Access denied for user "))
	user, _, found := bytes.Cut(rest, []byte(" by PAM account configuration"))
	if !ok || !found {
		return nil
	}
	one := m.knock(h, nil)
	one.told++
	r := ssh(user, nil, "")
	r.cause = "policy_blocked"
	return m.better(h, one, one.because(r))
}

// rootRefused: "ROOT LOGIN REFUSED FROM SOURCE port N". A rule of the server
// refuses, whatever was typed.
func (m *messages) rootRefused(h head) *record {
	rest, ok := bytes.CutPrefix(h.text, []byte("ROOT LOGIN REFUSED FROM "))
	if !ok {
		return nil
	}
	source, rest, _ := bytes.Cut(rest, []byte(" "))
	one := m.knock(h, firstWord(bytes.TrimPrefix(rest, []byte("port "))))
	one.told++
	one.barred = true
	r := ssh([]byte("root"), source, "")
	r.cause = "policy_blocked"
	return m.better(h, one, r)
}

// pamOfSSHD is what PAM says of a sign-in that sshd tells of, too.
func (m *messages) pamOfSSHD(h head) {
	switch {
	case bytes.HasPrefix(h.text, []byte("pam_sss(")) && bytes.Contains(h.text, []byte("): received for user ")):
		user, why, ok := bytes.Cut(h.text[bytes.Index(h.text, []byte("user "))+len("user "):], []byte(": "))
		if !ok || len(h.pid) == 0 || bytes.HasPrefix(why, []byte("7 ")) || bytes.HasPrefix(why, []byte("10 ")) {
			return // a wrong password, or nobody of that name
		}
		code, _, _ := bytes.Cut(why, []byte(" "))
		m.explained(h, firstOf(string(why)), sssCauses[string(code)])
		one := m.knock(h, nil)
		if one.name != nil && one.name.user != string(user) { // the number came again
			m.extra = append(m.extra, one.name)
			one.name = nil
		}
		if one.told == 0 && one.name == nil && !one.in {
			one.name = m.dated(h, one.because(ssh(user, nil, "")))
		}
	case bytes.Contains(h.text, []byte(":account): account ")) && bytes.Contains(h.text, []byte("expired")):
		m.explained(h, "account has expired", "account_disabled")
	}
}

// sssCauses are what the numbers of PAM mean (_pam_types.h of Linux-PAM).
var sssCauses = map[string]string{"4": "provider_outage", "6": "permission_denied", "9": "provider_outage", "11": "rate_limited", "12": "password_expired", "13": "account_disabled"}
