package cli_test

import (
	"strings"
	"testing"
)

// A parameter that lacks another one is in order itself: the example is of the
// one to be given.
func TestAMissingCompanionIsTheExample(t *testing.T) {
	for _, row := range []struct{ args, want string }{
		{"ssh --address 127.0.0.1:1 --login joe --password-file env:PASSWORD", "--known-hosts known_hosts"},
		{"imap --address 127.0.0.1:1 --login joe", "--password-file env:NAME"},
		{"imap --address 127.0.0.1:1 --password-file env:PASSWORD", "--login joe@example.com"},
	} {
		got := run(t, variables, append([]string{"probe"}, strings.Fields(row.args)...)...)
		if got.code != 2 || !strings.Contains(got.stderr, "for example: "+row.want+"\n") {
			t.Errorf("%s: exit %d, %q; want %q", row.args, got.code, got.stderr, row.want)
		}
	}
}
