package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/state"
)

func TestWithChangesAParameter(t *testing.T) {
	book := &playbook.Playbook{ID: "b", Checks: []playbook.Check{{ID: "name", Run: "dns", With: map[string]string{"name": "old.example"}}}}
	w := withFlags{with: []string{"name.name=new.example", "name.resolver=127.0.0.1", "name.resolver=127.0.0.2"}}
	if err := w.apply(book); err != nil {
		t.Fatal(err)
	}
	if got := book.Checks[0].With; got["name"] != "new.example" || got["resolver"] != "127.0.0.1,127.0.0.2" {
		t.Errorf("%v", got)
	}
}

func TestWithRefusesWhatIsNotThere(t *testing.T) {
	book := &playbook.Playbook{ID: "b", Checks: []playbook.Check{{ID: "name", Run: "dns"}}}
	for _, c := range []struct{ flag, err, hint string }{
		{"name", `--with "name" is not CHECK.PARAMETER=VALUE`, "for example"},
		{"name=x", `--with "name" is not`, "for example"},
		{"name.name=", `--with "name.name" is not`, "for example"},
		{"namee.name=x", `playbook b has no check "namee"`, "did you mean name?"},
		{"name.nam=x", `check name has no parameter "nam"`, "did you mean name?"},
		{"name.name={{x}}", "variables are not filled in", "write the value out"},
	} {
		err := (&withFlags{with: []string{c.flag}}).apply(book)
		var usage *diag.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.err) || !strings.Contains(usage.Hint, c.hint) {
			t.Errorf("%s: %v (%+v)", c.flag, err, usage)
		}
	}
}

func TestSecretsAreRead(t *testing.T) {
	p := &program{System: &System{
		Stdin:    strings.NewReader("from stdin\n"),
		Getenv:   func(k string) string { return map[string]string{"TOKEN": "from env"}[k] },
		Terminal: func(any) (int, bool) { return 0, false },
		ReadFile: func(name string) ([]byte, error) {
			switch name {
			case "pw":
				return []byte(" from file \r\n"), nil
			case "empty":
				return []byte("\n"), nil
			case "big":
				return make([]byte, maxSecret+1), nil
			}
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		},
	}}
	env, err := p.probeEnv(t.Context(), 0, givenSecret{"file", "-"}, givenSecret{"other-file", "pw"})
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{"-": "from stdin", "env:TOKEN": "from env", "pw": " from file "} {
		for range 2 { // a check may be measured again
			got, err := env.Secret(source)
			if err != nil || got.Reveal() != want {
				t.Errorf("%s: %q %v", source, got.Reveal(), err)
			}
		}
		if s, _ := env.Secret(source); strings.Contains(fmt.Sprintf("%v %+v %#v %s", s, s, s, s), "from") {
			t.Errorf("%s: the secret prints", source)
		}
	}
	for source, want := range map[string]string{"gone": "--password-file: gone: file does not exist", "empty": "--password-file: empty holds no secret"} {
		if _, err := p.probeEnv(t.Context(), 0, givenSecret{"password-file", source}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
	for source, want := range map[string]string{"empty": "empty holds no secret", "env:NONE": "the variable NONE holds no secret", "gone": "gone: file does not exist", "big": "big is too large"} {
		if _, err := env.Secret(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
}

// No credential is sent while what it depends on fails: nobody listens there,
// and no attempt is used.
func TestNoCredentialBehindABrokenWay(t *testing.T) {
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	var touched atomic.Bool
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			touched.Store(true)
			_ = c.Close()
		}
	}()
	var stdout, stderr bytes.Buffer
	sys := OS()
	sys.Args = []string{"diagnose", "mail-client", "--no-input", "--format", "json", "--quiet", "--answer", "where-fails=here",
		"--check", "clock=accurate", "--check", "network-path=ok", "--check", "name-lookup=ok", "--check", "mail-tls=hostname_mismatch",
		"--with", "imap.address=" + listener.Addr().String(), "--with", "imap.login=joe", "--with", "imap.password-file=" + password}
	sys.Stdin, sys.Stdout, sys.Stderr, sys.State = strings.NewReader(""), &stdout, &stderr, state.Dir(dir)
	Main(t.Context(), sys)
	var r diag.Report
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		t.Fatal(err, stderr.String())
	}
	for _, c := range r.Checks {
		if c.ID == "imap" && (c.Status != diag.Blocked || c.BlockedBy != "mail-tls") {
			t.Errorf("%+v", c)
		}
	}
	if touched.Load() {
		t.Error("the server was spoken to")
	}
	if kept, _ := os.ReadFile(filepath.Join(dir, "attempts.json")); len(kept) > 0 {
		t.Errorf("an attempt was used: %s", kept)
	}
}

// A secret goes to no server but one that the command line names, and a
// playbook cannot ask for one.
func TestASecretGoesOnlyWhereTheCommandLineSays(t *testing.T) {
	mail := func(with map[string]string) *playbook.Playbook {
		return &playbook.Playbook{ID: "b", Checks: []playbook.Check{{ID: "imap", Run: "imap", With: with}}}
	}
	w := withFlags{with: []string{"imap.login=joe", "imap.password-file=pw"}}
	if err := w.apply(mail(map[string]string{"address": "mail.collector.example"})); err == nil || !strings.Contains(err.Error(), "a secret goes only to an address that you give") {
		t.Errorf("to the playbook's server: %v", err)
	}
	w = withFlags{with: []string{"imap.login=joe", "imap.password-file=pw", "imap.address=mail.example.com"}}
	if err := w.apply(mail(map[string]string{"address": "mail.collector.example"})); err != nil {
		t.Errorf("to the given server: %v", err)
	}
	_, problems := playbook.Lint("b.yaml", []byte("schema: authdoctor.playbook/1\nid: b\nchecks: [{id: imap, run: imap, with: {address: mail.example.com, password-file: /etc/passwd}}]\n"), parameters(), usable)
	if !strings.Contains(fmt.Sprint(problems), "password-file") {
		t.Errorf("a playbook that reads a secret is accepted: %v", problems)
	}
}
