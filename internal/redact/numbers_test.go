package redact

import "testing"

// No mask begins or ends within a number, but behind an encoded character: what
// is asked of the numbers in other texts can be asked before their secrets are
// masked.
func FuzzNumbersStayWhole(f *testing.F) {
	for _, s := range []string{
		"code is 123456", "123456 is your code", "code 123 456 789", "pin=1234,5678", "password: 12345678 90", "sid=0123456789abcdef0123", "https://u:123@192.0.2.1:443/",
		"Authorization: Basic dTpwMTIz 401", "-p123456 mysql -p123456", "token ghp_0123456789012345678901234567 401", "jwt eyJ0.eyJ1.2345 401", "%50AKIA0123456789012345", "%501//0" + "123456789012345678901234567890", "JBSWY3DPEHPK3PXP22334455",
		"Cookie: a=1; b=22; c=333", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567 89", "key=AbC1dE2fG3hI4jK5lM6nO7pQ8rS9tU0vW1xY2z34",
	} {
		f.Add(s)
		f.Add("401" + s)
		f.Add(s + "401")
	}
	f.Fuzz(func(t *testing.T, s string) {
		for range rounds {
			next, cuts := once(s)
			within := func(place int) bool {
				encoded := place > 2 && s[place-3] == '%'
				return place > 0 && place < len(s) && isDigit(s[place-1]) && isDigit(s[place]) && !encoded
			}
			for _, c := range cuts {
				if within(c.from) || within(c.to) {
					t.Errorf("%q: %q is masked", s, s[c.from:c.to])
				}
			}
			s = next
		}
	})
}
