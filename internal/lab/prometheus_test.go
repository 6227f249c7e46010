package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const fleetDir = "../../playbooks/fleet"

// The alert rules do what their tests say, and the example is a configuration.
func TestAlertRules(t *testing.T) {
	promtool := program(t, "promtool", "prometheus")
	for _, args := range [][]string{{"check", "rules", "alerts.yaml"}, {"test", "rules", "alerts.test.yaml"}, {"check", "config", "prometheus.yaml"}} {
		cmd := exec.Command(promtool, args...)
		cmd.Dir = fleetDir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

// A real Prometheus, set up as the example says, scrapes a real authdoctor:
// what it reads back is what was put there, its rules load, and the questions
// of the dashboard are ones that it can answer.
func TestPrometheus(t *testing.T) {
	prometheus, promtool := program(t, "prometheus", "prometheus"), program(t, "promtool", "prometheus")
	fine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer fine.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 500) }))
	defer broken.Close()
	encrypted := httptest.NewUnstartedServer(http.NotFoundHandler())
	encrypted.Config.ErrorLog = log.New(io.Discard, "", 0) // it is spoken to without encryption
	encrypted.StartTLS()
	defer encrypted.Close()
	want := map[string]string{
		fine.Listener.Addr().String(): "http.ok", broken.Listener.Addr().String(): "http.server_error",
		encrypted.Listener.Addr().String(): "http.unexpected", listenSilently(t): "http.timeout",
	}
	ports := freePorts(t, 2)
	exporter := startExporter(t, ports[0])
	at := "http://127.0.0.1:" + ports[1]
	dir := prometheusDir(t, ports[0], want)
	p := start(t, prometheus, "--config.file", filepath.Join(dir, "prometheus.yaml"), "--storage.tsdb.path", filepath.Join(dir, "data"),
		"--web.listen-address", "127.0.0.1:"+ports[1], "--log.level", "warn")
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	// It takes connections before it answers.
	begun := func() bool { return strings.Contains(string(get(t, at+"/-/ready")), "Ready") }
	if !p.accepts(ctx, "127.0.0.1:"+ports[1]) || !p.until(ctx, begun) {
		t.Fatalf("Prometheus does not begin: %s", &p.said)
	}
	for target, code := range want {
		expr := fmt.Sprintf(`authdoctor_check_status{job="authdoctor-targets",playbook="web-login",instance=%q,check="login-page"}`, target)
		var got string
		if !p.until(ctx, func() bool {
			got = label(t, at, expr, "code")
			// A machine with much else to do may not get to measure, and says so.
			return got != "" && got != "http.unknown"
		}) {
			t.Fatalf("%s is not measured: %q\n%s\n%s", target, got, &p.said, &exporter.said)
		}
		if got != code {
			t.Errorf("%s: %s, want %s", target, got, code)
		}
	}
	if !p.until(ctx, func() bool { return label(t, at, `up{job="authdoctor"} == 1`, "instance") != "" }) {
		t.Error("what it says of itself is not scraped")
	}
	if label(t, at, fmt.Sprintf(`probe_success{instance=%q} == 1`, fine.Listener.Addr()), "instance") == "" {
		t.Error("what is in order is no success")
	}
	checkRules(t, at)
	checkDashboard(t, at, func(ok func() bool) bool { return p.until(ctx, ok) })
	for _, path := range []string{"/metrics", "/probe?playbook=web-login&target=" + fine.Listener.Addr().String()} {
		cmd := exec.Command(promtool, "check", "metrics")
		cmd.Stdin = bytes.NewReader(get(t, "http://127.0.0.1:"+ports[0]+path))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("promtool check metrics of %s: %v\n%s", path, err, out)
		}
	}
	p.stop()
	if err := exporter.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-exporter.ended
	if code := exporter.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("told to stop, authdoctor ends with %d: %s", code, &exporter.said)
	}
}

// startExporter builds authdoctor, and serves with it.
func startExporter(t *testing.T, port string) *process {
	t.Helper()
	dir := t.TempDir()
	bin := filepath.Join(dir, "authdoctor")
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/authdoctor").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	config := filepath.Join(dir, "fleet.yaml")
	text := `schema: authdoctor.fleet/1
targets: [127.0.0.0/8]
ports: [1-65535]
playbooks:
  web-login: {only: login-page, vars: {login_url: "http://{{target}}/"}, timeout: 1.5}
`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, bin, "serve", "--config.file", config, "--web.listen-address", "127.0.0.1:"+port)
	ctx, stop := context.WithTimeout(t.Context(), ready)
	defer stop()
	if !p.accepts(ctx, "127.0.0.1:"+port) {
		t.Fatalf("authdoctor does not serve: %s", &p.said)
	}
	return p
}

var (
	interval = regexp.MustCompile(`scrape_interval: \S+`)
	timeout  = regexp.MustCompile(`scrape_timeout: \S+`)
)

// prometheusDir is the example, for these targets and in a hurry.
func prometheusDir(t *testing.T, port string, targets map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	text := string(read(t, filepath.Join(fleetDir, "prometheus.yaml")))
	text = interval.ReplaceAllString(timeout.ReplaceAllString(text, "scrape_timeout: 3s"), "scrape_interval: 3s\n  evaluation_interval: 1s")
	var list []string
	for target := range targets {
		list = append(list, `"`+target+`"`)
	}
	const example = "[login.example.com, id.example.com]"
	if !strings.Contains(text, example) || !strings.Contains(text, "127.0.0.1:9826") {
		t.Fatal("the example has changed")
	}
	text = strings.ReplaceAll(strings.Replace(text, example, "["+strings.Join(list, ", ")+"]", 1), "127.0.0.1:9826", "127.0.0.1:"+port)
	for name, data := range map[string][]byte{"prometheus.yaml": []byte(text), "alerts.yaml": read(t, filepath.Join(fleetDir, "alerts.yaml"))} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func get(t *testing.T, address string) []byte {
	t.Helper()
	answer, err := http.Get(address) //nolint:gosec // it is on loopback
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// askAPI asks Prometheus.
func askAPI(t *testing.T, at, path string, into any) {
	t.Helper()
	data := get(t, at+path)
	answer := struct {
		Status, Error string
		Data          any
	}{Data: into}
	if err := json.Unmarshal(data, &answer); err != nil || answer.Status != "success" {
		t.Errorf("%s: %v %s", path, err, data)
	}
}

// label is a label of the first series that an expression gives; empty for
// none.
func label(t *testing.T, at, expr, name string) string {
	t.Helper()
	var got struct {
		Result []struct{ Metric map[string]string }
	}
	askAPI(t, at, "/api/v1/query?query="+url.QueryEscape(expr), &got)
	if len(got.Result) == 0 {
		return ""
	}
	return got.Result[0].Metric[name]
}

func checkRules(t *testing.T, at string) {
	t.Helper()
	var got struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}
	askAPI(t, at, "/api/v1/rules", &got)
	n := 0
	for _, g := range got.Groups {
		for _, r := range g.Rules {
			n++
			if r.Health == "err" {
				t.Errorf("rule %s: %s", r.Name, r.LastError)
			}
		}
	}
	if want := strings.Count(string(read(t, filepath.Join(fleetDir, "alerts.yaml"))), "- alert:"); n != want || n == 0 {
		t.Errorf("%d rules are loaded, want %d", n, want)
	}
}

// checkDashboard asks every question of the dashboard, with its variables
// filled in.
func checkDashboard(t *testing.T, at string, until func(func() bool) bool) {
	t.Helper()
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(read(t, filepath.Join(fleetDir, "dashboard.json")), &board); err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("$target", ".*", "$playbook", ".*", "$__rate_interval", "1m")
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			answered := func() bool {
				var got struct{ Result []any }
				askAPI(t, at, "/api/v1/query?query="+url.QueryEscape(fill.Replace(target.Expr)), &got)
				// No clock and no certificate is measured here.
				return len(got.Result) > 0 || strings.Contains(target.Expr, "certificate") || strings.Contains(target.Expr, "clock_offset")
			}
			if !until(answered) { // what is a rate needs two scrapes
				t.Errorf("the panel %q is empty: %s", p.Title, target.Expr)
			}
		}
	}
	if len(board.Panels) == 0 {
		t.Error("the dashboard is empty")
	}
}
