package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The npm packages of the lab lie outside the tree; .ci/run puts them there.
const oidcProvider = "oidc-provider@9.13.3"

// nodeModules is the folder with the npm packages.
func nodeModules(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "authdoctor-lab")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "oidc-provider")); err != nil {
		missing := "oidc-provider is not installed: npm install --prefix " + dir + " " + oidcProvider
		if required() {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	return filepath.Join(dir, "node_modules")
}

// node is the program that runs the issuer: the one beside its packages, where
// the system's own is too old or missing.
func node(t *testing.T, modules string) string {
	t.Helper()
	if own := filepath.Join(modules, "node", "bin", "node"); fileExists(own) {
		return own
	}
	return program(t, "node", "nodejs")
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// An issuer is oidc-provider on a loopback port.
type issuer struct {
	*process
	url string
}

// opSettings are the settings of testdata/lab/oidc.mjs.
type opSettings map[string]any

// startIssuer starts an issuer whose clock is off by that much, and waits until
// it answers.
func startIssuer(t *testing.T, off time.Duration, settings opSettings) issuer {
	t.Helper()
	all := opSettings{"modules": nodeModules(t), "port": freePort(t)}
	for k, v := range settings {
		all[k] = v
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("../../testdata/lab/oidc.mjs")
	if err != nil {
		t.Fatal(err)
	}
	command := []string{node(t, all["modules"].(string)), script, string(text)}
	if off != 0 {
		command = append(faked(t, off), command...)
	}
	p := start(t, command[0], command[1:]...)
	return issuer{p, awaitLine(t, p, "listening ")}
}

// faked is what stands before a command to move its time of day; its timers go
// on as they are. Debian's command faketime stays beside what it starts, so
// that ending it would leave the server behind: its library is used alone.
func faked(t *testing.T, off time.Duration) []string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/*/faketime/libfaketime.so.1")
	if len(found) == 0 {
		program(t, "faketime", "faketime") // says what to install
		t.Fatal("faketime is installed without its library in /usr/lib/*/faketime")
	}
	return []string{program(t, "env", "coreutils"), "LD_PRELOAD=" + found[0], "FAKETIME_DONT_FAKE_MONOTONIC=1", fmt.Sprintf("FAKETIME=%+ds", int(off.Seconds()))}
}

// awaitLine waits until a process says a line that begins so, and gives the
// rest of it.
func awaitLine(t *testing.T, p *process, begins string) string {
	t.Helper()
	var said string
	if !p.until(t.Context(), func() bool {
		_, rest, ok1 := strings.Cut("\n"+p.said.String(), "\n"+begins)
		line, _, ok2 := strings.Cut(rest+"\n", "\n")
		said = strings.TrimSpace(line)
		return ok1 && ok2
	}) {
		t.Fatalf("it did not say %q:\n%s", begins, p.said.String())
	}
	return said
}

// count is how many lines of a process are that one.
func (p *process) count(line string) int {
	return strings.Count("\n"+p.said.String()+"\n", "\n"+line+"\n")
}

// token has the issuer make an access token.
func (i issuer) token(t *testing.T, scope string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "resource": {"https://api.lab.test"}, "scope": {scope}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.url+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth("job", url.QueryEscape("a secret of the lab"))
	body := fetchBody(t, request)
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Token == "" {
		t.Fatalf("%s/token gives no token: %s", i.url, body)
	}
	return answer.Token
}

func fetchBody(t *testing.T, request *http.Request) []byte {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: ready}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(body)
}
