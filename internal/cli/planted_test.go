package cli_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/state"
)

// A plant is a text with a secret in it, as people paste and servers send it.
// The secret stands where the text has «».
type plant struct{ secret, text string }

// planted are put together here, so that scanners of sources do not take them
// for real ones.
var planted = sync.OnceValue(func() []plant {
	jwt := "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJwbGFudGVkLTx4PiJ9" + "." + strings.Repeat("Qx7", 14)
	hex := "9f86d081884c7d65" + "9a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a"
	var list []plant
	for _, t := range [][2]string{
		{"bearerS3cretA", "Authorization: Bearer «»"}, {"YWxpY2U6cGxhbnRlZA==", "Authorization: Basic «»"},
		{jwt, "token «» was refused"}, {jwt + "z", `{"id_token":"«»"}`}, {jwt + "y", "https://app.example/cb#id_token=«»"},
		{"Plantedafg1", "Cookie: afg=«»; theme=dark"}, {"PlantedST2", "Cookie: a=b; ST=«»"}, {"planted3sess", "ASP.NET_SessionId=«»"},
		{hex + "01", "twoFactorAuthenticationId=«»"}, {"planted5sid", "Set-Cookie: sid=«»; Path=/; HttpOnly"}, {"plantedval6", "Set-Cookie: anything=«»; Secure"},
		{"481516", "my code is «»"}, {"234299", "«» is your Alarm.com verification code"}, {"108423", `{"otp":"«»"}`}, {"G-717253", "«» is your Google verification code"},
		{"SplxlOBeZQQYbYS6WxSb", "GET /cb?code=«»&state=1"}, {"4/0AX4XfWhPlanted", "code=«»&grant_type=authorization_code"},
		{"plantedAccess7", "https://x.example/#access_token=«»&expires_in=1"}, {"0.ARoAplanted8", `{"refresh_token": "«»"}`}, {"plantedTok9", "access_token: «»"},
		{"dBjftJeZ4CVPmB92K27uhbUJU1p1r", "code_verifier=«»"}, {"E9Melhoa2OwvFrEMTJguCHaoe", `{"code_verifier":"«»"}`},
		{"urlPass10", "https://joe:«»@www.example.org/login"}, {"dbPass11x", "postgres://app:«»@db.example:5432/x"}, {"proxyPass12", "HTTPS_PROXY=http://joe:«»@proxy.example:3128"},
		{"MIIEplantedKeyAAAABBBBCCCC", "-----BEGIN RSA PRIVATE " + "KEY-----\n«»\n-----END RSA PRIVATE " + "KEY-----"},
		{"b3BlbnNzaPlanted1AAAABBBB", "-----BEGIN OPENSSH PRIVATE " + "KEY-----\n«»\n-----END OPENSSH PRIVATE " + "KEY-----"},
		{"AKIA" + "PLANTED7EXAMPLE7", "key «» was denied"}, {"wJalrXUtnFEMI/K7MDENG/bPxRfiPLANTED", "aws_secret_access_key = «»"}, {"ASIA" + "PLANTED7EXAMPLE8", "Credential=«»/20260318/us-east-1"},
		{"AIza" + "SyPlanted34567890abcdefghijklmnopq", "key=«»"}, {"ghp_" + "Planted62C7e42F292c6912E7710c838347Ae", "git clone with «» failed"},
		{"github_pat_" + "11PLANTED0123456789_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH", "token «»"}, {"xoxb-" + "123456789012-planted7890abcdef", "Slack said not_authed for «»"},
		{"JBSWY3DPEHPK3PXPPLANTED", "otpauth://totp/Example:joe?secret=«»&issuer=Example"}, {"KRSXG5CTMVRXEZLU", "otpauth://totp/x?issuer=y&secret=«»"},
		{"hunter2planted", "password: «»"}, {"hunter3planted", "Password=«»;Server=x"}, {"hunter4planted", `{"password":"«»"}`}, {"hunter5planted", "my password is «»"},
		{"hunter6planted", "--password «»"}, {"hunter7planted", "<password>«»</password>"}, {"hunter8planted", "passwd='«»'"}, {"hunter9planted", "DB_PASSWORD=«»"},
		{"clientSecret13", "client_secret=«»&x=1"}, {"assertionABC14", "client_assertion=«»"}, {"PHNhbWxwOlBsYW50ZWQ", "SAMLResponse=«»&RelayState=x"},
		{"SASkey15abc%3D", "https://x.blob.core.windows.net/c?sv=1&sig=«»"}, {"accountKey16ABCDEF==", "AccountName=x;AccountKey=«»;EndpointSuffix=y"}, {"sharedKey17abc=", "SharedAccessKeyName=x;SharedAccessKey=«»"},
		{"apiKey18planted", "X-API-Key: «»"}, {"apiKey19planted", "api_key=«»"}, {"npm_" + "Planted34567890abcdefghijklmnopqrstuv", "//registry.npmjs.org/:_authToken=«»"},
		{"glpat-" + "planted890abcdefgh", "PRIVATE-TOKEN: «»"}, {"digestResp20abc", `Authorization: Digest username="jo", response="«»"`}, {"sk_live_" + "planted890abcdefghijkl", "Stripe key «»"},
		{"planted21pin", "passphrase: «»"}, {"5551234", "PIN: «»"}, {"csrf22plantedtoken0123", "csrf=«»"}, {"deviceCode23abc", `{"device_code":"«»"}`}, {"plantedRefresh24", "refresh_token=«»"},
		// without a word in front of them
		{"je7MtGbClwBF/2Zp9Utk/" + "h3yCo8nvbPlantedQ9x", "it answers 403 for «»"}, {"q7Zt2Vb9Lk4Xn1Rw8Yc5/" + "bPxRfiCYPLANTED99zK", "AKIA" + "PLANTED7EXAMPLE6:«»"},
		{"MFRGGZDFMZTWQ2LK" + "PLANTED7", "«» was the setup key"}, {"mfrg gzdf mztw q2lk", "the authenticator wants «», it says"},
	} {
		list = append(list, plant{t[0], strings.ReplaceAll(t[1], "«»", t[0])})
	}
	return list
})

// search fails for every secret that is in a text.
func search(t *testing.T, place string, text string) {
	t.Helper()
	for _, p := range planted() {
		if strings.Contains(text, p.secret) {
			t.Errorf("%s: %q is in it", place, p.secret)
		}
	}
}

// searchFiles looks into every byte of every file, inside of bundles too.
func searchFiles(t *testing.T, place, dir string) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		if strings.HasSuffix(path, ".zip") {
			z, err := zip.OpenReader(path)
			if err != nil {
				return err
			}
			defer z.Close()
			for _, f := range z.File {
				r, err := f.Open()
				if err != nil {
					return err
				}
				data, err := io.ReadAll(r)
				if err != nil {
					return err
				}
				search(t, place+" "+f.Name, string(data))
			}
			return nil
		}
		data, err := os.ReadFile(path)
		search(t, place+" "+filepath.Base(path), string(data))
		return err
	})
	if err != nil || n == 0 {
		t.Errorf("%s: %d files, %v", place, n, err)
	}
}

func TestSixtySecretsAreInNoOutput(t *testing.T) {
	if n := len(planted()); n < 60 {
		t.Fatalf("only %d secrets", n)
	}
	t.Run("server", plantServer)
	t.Run("environment", plantEnvironment)
	t.Run("talkers", plantTalkers)
	t.Run("phone", plantPhone)
	// What waits for nobody can share the computer.
	for name, plant := range map[string]func(*testing.T){
		"explain": plantExplain, "logs": plantLogs, "message": plantMessage, "reports": plantReports, "books": plantBooks,
		"wrong files": plantWrongFiles, "wrong arguments": plantWrongArguments,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plant(t)
		})
	}
}

// Beside an error that is known, so that what stands around it is looked at.
func plantExplain(t *testing.T) {
	var lines, objects, whole strings.Builder
	for _, p := range planted() {
		text := "login failed: AADSTS50126 " + p.text + " invalid_grant"
		line, err := json.Marshal(map[string]string{"id": p.secret[:1], "text": text})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&objects, "%s\n", line)
		fmt.Fprintf(&lines, "%s\n", strings.ReplaceAll(text, "\n", " "))
		fmt.Fprintf(&whole, "%s\n", text)
	}
	for _, c := range []struct{ in, flag string }{
		{lines.String(), "--lines"}, {objects.String(), "--jsonl"},
		{whole.String(), "--format=text"}, {whole.String(), "--format=json"}, {whole.String(), "--format=html"}, {whole.String(), "--format=markdown"},
	} {
		got := run(t, func(s *cli.System) { s.Stdin = strings.NewReader(c.in) }, "explain", c.flag)
		search(t, "explain "+c.flag, got.stdout+got.stderr)
		if got.code != 0 {
			t.Errorf("explain %s: exit %d, %s", c.flag, got.code, got.stderr)
		}
	}
}

// The first five broken lines of a log are shown, so each has its turn.
func plantLogs(t *testing.T) {
	all := planted()
	for from := 0; from < len(all); from += 5 {
		var log strings.Builder
		for i, p := range all[from:min(from+5, len(all))] {
			text := strings.ReplaceAll(p.text, "\n", " ")
			fmt.Fprintf(&log, "May 30 10:%02d:04 gate sshd[%d]: Failed password for ann from 198.51.100.4 port 5 ssh2\n", i, i)
			fmt.Fprintf(&log, "May 30 10:%02d:05 gate app[%d]: authentication failure; %s\nbroken %s\n", i, i, text, text)
		}
		format := []string{"text", "json", "html", "markdown"}[from/5%4]
		got := run(t, nil, "logs", write(t, "auth.log", log.String()), "--format", format)
		search(t, "logs "+format, got.stdout+got.stderr)
		if !strings.Contains(got.stdout, "broken ") {
			t.Errorf("the broken lines are not shown:\n%s", got.stdout)
		}
	}
}

// Pasted into a diagnosis: every format, the journal, the record, the export
// and the bundle.
func plantMessage(t *testing.T) {
	var all strings.Builder
	for _, p := range planted() {
		all.WriteString(p.text + "\n")
	}
	dir := t.TempDir()
	file := answers(t, walked)
	withMessage := answers(t, walked+"message: "+strconv.Quote(all.String())+"\n")
	got := run(t, home(t.TempDir()), "diagnose", "alarmcom", "--answers", withMessage, "--format", "json")
	search(t, "message in an answers file", got.stdout+got.stderr)
	if !strings.Contains(got.stdout, "[redacted:") {
		t.Errorf("the message is not in the report: %s", got.stderr)
	}
	record := filepath.Join(dir, "record.yaml")
	for _, format := range []string{"text", "json", "junit", "html", "markdown"} {
		got = run(t, home(dir), "diagnose", "alarmcom", "--answers", file, "--message", all.String(), "--format", format, "--record", record)
		search(t, "diagnose "+format, got.stdout+got.stderr)
		got = run(t, home(dir), "report", "--format", format)
		search(t, "report "+format, got.stdout+got.stderr)
	}
	for _, args := range [][]string{
		{"session", "show"}, {"session", "show", "--format", "json"}, {"session", "list"}, {"session", "export"},
		{"report", "--preview"}, {"report", "--names"}, {"report", "--bundle", filepath.Join(dir, "packet.zip")},
	} {
		got := run(t, home(dir), args...)
		search(t, strings.Join(args, " "), got.stdout+got.stderr)
	}
	searchFiles(t, "kept by", dir)
}

// Sent by a server: in its title, its headers and where it leads.
func plantServer(t *testing.T) {
	for _, p := range planted() {
		text := strings.ReplaceAll(p.text, "\n", " ")
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="x", error_description="`+text+`"`)
			w.Header().Set("Server", text)
			w.Header().Set("Set-Cookie", "afg=Plantedafg1")
			if r.URL.Path == "/login" {
				w.Header().Set("Location", "/next?"+strings.ReplaceAll(text, " ", "+"))
				w.WriteHeader(302)
				return
			}
			w.WriteHeader(500)
			fmt.Fprintf(w, "<title>%s</title>%s", text, text)
		}))
		dir := t.TempDir()
		local := func(s *cli.System) {
			s.State = state.Dir(dir)
			s.Probe.Dial = new(net.Dialer).DialContext
		}
		for _, format := range []string{"text", "json"} {
			got := run(t, local, "diagnose", "alarmcom", "--no-input", "--check", "clock=accurate", "--check", "network-path=ok", "--check", "name-lookup=ok",
				"--check", "login-tls=ok", "--var", "login_url="+server.URL+"/login", "--format", format)
			search(t, "server "+format, got.stdout+got.stderr)
		}
		server.Close()
	}
}

// In an address that is given, and in the environment.
func plantEnvironment(t *testing.T) {
	for _, p := range planted() {
		if strings.ContainsAny(p.text, "\n") {
			continue
		}
		got := run(t, nil, "check", "alarmcom", "--var", "login_url=https://127.0.0.1:9/?x="+p.text)
		search(t, "--var", got.stdout+got.stderr)
		got = run(t, func(s *cli.System) {
			s.Getenv = func(name string) string {
				if strings.Contains(strings.ToLower(name), "proxy") && !strings.HasPrefix(strings.ToLower(name), "no") {
					return "http://joe:" + p.secret + "@127.0.0.1:9"
				}
				return ""
			}
			s.Probe.Getenv = s.Getenv
			s.Probe.Dial = new(net.Dialer).DialContext
		}, "check", "alarmcom", "--format", "json", "--timeout", "1s")
		search(t, "proxy", got.stdout+got.stderr)
	}
}
