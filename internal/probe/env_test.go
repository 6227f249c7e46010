package probe

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every part of the world is there. The roots may be nil, for the system's and everybody's; secrets and the count of
// attempts come from the command line.
func TestSystemIsWhole(t *testing.T) {
	env := reflect.ValueOf(System())
	for i := range env.NumField() {
		name := env.Type().Field(i).Name
		if env.Field(i).IsZero() && !slices.Contains([]string{"Roots", "PublicRoots", "Secret", "Attempts"}, name) {
			t.Errorf("%s is not set", name)
		}
	}
}

func TestResolvers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "resolv.conf")
	text := "# from the router\nsearch home.arpa\nnameserver 192.0.2.53\nnameserver 2001:db8::53\nnameserver fe80::1%eth0\noptions timeout:1\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want := []string{"192.0.2.53:53", "[2001:db8::53]:53", "[fe80::1%eth0]:53"}
	if diff := cmp.Diff(want, resolvers(path)); diff != "" {
		t.Error(diff)
	}
	if got := resolvers(path + ".missing"); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestAddressesUp(t *testing.T) {
	list, err := addressesUp()
	if err != nil || len(list) == 0 {
		t.Errorf("got %v, %v: not even a loopback", list, err)
	}
}
