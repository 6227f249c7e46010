package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// plantReports puts secrets into reports that were saved, in every text of them.
func plantReports(t *testing.T) {
	dir := t.TempDir()
	whole := run(t, nil, "diagnose", "alarmcom", "--answers", answers(t, walked), "--no-journal", "--format", "json", "--quiet", "--message", "AADSTS50126 "+marker).stdout
	for some := range slices.Chunk(planted(), 8) {
		text := ""
		for _, p := range some {
			text += "\n" + p.text
		}
		var r any
		if err := json.Unmarshal([]byte(whole), &r); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(everyText(r, "", text))
		if err != nil {
			t.Fatal(err)
		}
		saved := filepath.Join(dir, "saved.json")
		if err := os.WriteFile(saved, data, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"--format", "text"}, {"--format", "json"}, {"--format", "html"}, {"--format", "markdown"}, {"--format", "junit"}, {"--preview"}, {"--bundle", filepath.Join(dir, "packet.zip")}} {
			got := run(t, nil, append([]string{"report", saved}, args...)...)
			search(t, "report "+strings.Join(args, " "), got.stdout+got.stderr)
			if got.code == 2 || got.code == 4 {
				t.Fatalf("%v: %s", args, got.stderr)
			}
		}
		_ = os.Remove(saved)
	}
	searchFiles(t, "bundle", dir)
}

// everyText puts a text behind every text of a document, except where only
// certain ones may stand.
func everyText(v any, key, text string) any {
	switch v := v.(type) {
	case string:
		switch key {
		case "schema", "started", "finished", "at", "status", "layer", "strength", "scope", "where", "source", "order", "unit", "kind", "from", "what", "sha256", "state", "outcome", "probe", "who", "does":
			return v
		}
		return v + " " + text
	case []any:
		for i := range v {
			v[i] = everyText(v[i], key, text)
		}
	case map[string]any:
		for k := range v {
			v[k] = everyText(v[k], k, text)
		}
	}
	return v
}

// texts of a playbook that are its author's own words.
var bookTexts = regexp.MustCompile(`(?m)^( *(?:- )?(?:title|name|service|summary|ask|help|why|careful|escalate|  text): |  - )([A-Z].*|the .*)$`)

// plantBooks is a playbook whose author left secrets in it, in every text, with
// scenarios whose names have some. It is right as it stands, so that what it
// says is shown. Only whoever asks to see the playbook itself sees it as it is.
func plantBooks(t *testing.T) {
	book, scenarios := playbook.Skeleton("front-door")
	for some := range slices.Chunk(planted(), 4) {
		text := ""
		for _, p := range some {
			text += "\n" + p.text
		}
		planted := func(data []byte) []byte {
			return bookTexts.ReplaceAllFunc(data, func(line []byte) []byte {
				part := bookTexts.FindSubmatch(line)
				return append(slices.Clone(part[1]), strconv.Quote(string(part[2])+" "+text)...)
			})
		}
		dir := t.TempDir()
		file := filepath.Join(dir, "front-door.yaml")
		tests := filepath.Join(dir, "front-door.test.yaml")
		failing := bytes.Replace(scenarios, []byte("verdict: waiting"), []byte("verdict: fixed"), 1)
		for name, data := range map[string][]byte{file: planted(book), tests: planted(failing)} {
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			code int
			args []string
		}{
			{0, []string{"playbook", "lint", file}}, {0, []string{"playbook", "lint", file, "--format", "junit"}},
			{1, []string{"playbook", "test", tests}}, {1, []string{"playbook", "test", tests, "--format", "json"}}, {1, []string{"playbook", "test", tests, "--format", "junit"}},
			{0, []string{"playbook", "plan", file}}, {0, []string{"playbook", "plan", file, "--format", "json"}}, {1, []string{"check", file, "--trust", "--timeout", "1s"}},
			{1, []string{"diagnose", file, "--no-input", "--no-checks", "--symptom", "dropped"}}, {1, []string{"diagnose", file, "--no-input", "--no-checks", "--symptom", "dropped", "--format", "html"}},
		} {
			got := run(t, nil, c.args...)
			search(t, strings.Join(c.args, " "), got.stdout+got.stderr)
			if got.code != c.code {
				t.Fatalf("%v: exit %d, not %d\n%s", c.args, got.code, c.code, got.stderr)
			}
		}
	}
}

// smallBook is a playbook that is read at once, for what is wrong in the same way
// with each of them.
func smallBook(t *testing.T) string {
	book, _ := playbook.Skeleton("front-door")
	return write(t, "front-door.yaml", string(book))
}

// plantWrongFiles puts secrets where they are wrong in a file, so that an error
// tells of them.
func plantWrongFiles(t *testing.T) {
	book := smallBook(t)
	file := filepath.Join(t.TempDir(), "wrong.yaml")
	for _, p := range planted() {
		line := strings.ReplaceAll(p.text, "\n", " ")
		quoted := strconv.Quote(line)
		for _, text := range []string{
			"schema: authdoctor.answers/1\nsymptoms: [" + quoted + "]\n", "schema: authdoctor.answers/1\nanswers: {where-fails: " + quoted + "}\n",
			"schema: authdoctor.answers/1\n" + quoted + ": x\n", "schema: authdoctor.answers/1\nmessage: {" + line + "\n", line + "\n", "schema: " + quoted + "\n",
			"schema: authdoctor.answers/1\nchecks: {page: " + quoted + "}\n", "schema: authdoctor.answers/1\nretest: {sign-in: " + quoted + "}\n",
		} {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"diagnose", book, "--no-journal", "--answers", file}, {"playbook", "lint", file}, {"playbook", "test", file}, {"serve", "--config.check", "--config.file", file}} {
				got := run(t, nil, args...)
				search(t, strings.Join(args, " ")+": "+text, got.stdout+got.stderr)
				if got.code != 1 && got.code != 2 {
					t.Fatalf("%v: exit %d with\n%s", args, got.code, text)
				}
			}
		}
	}
}

// plantWrongArguments puts secrets into arguments that are wrong.
func plantWrongArguments(t *testing.T) {
	book := smallBook(t)
	for _, p := range planted() {
		line := strings.ReplaceAll(p.text, "\n", " ")
		for _, args := range [][]string{
			{"diagnose", line}, {"diagnose", book, "--no-input", "--symptom", line}, {"diagnose", book, "--no-input", "--answer", line}, {"diagnose", book, "--no-input", "--answer", "where-fails=" + line},
			{"diagnose", book, "--no-input", "--check", "page=" + line}, {"diagnose", book, "--no-input", "--var", line}, {"diagnose", book, "--no-input", "--surface", line},
			{"diagnose", book, "--no-input", "--no-checks", "--with", "page.url=" + line}, {"diagnose", book, "--no-input", "--with", line}, {"diagnose", book, "--no-input", "--order", line},
			{"diagnose", book, "--no-input", "--timeout", line}, {"diagnose", book, "--answers", line}, {"session", "show", line}, {"session", "delete", line}, {"report", line}, {"report", "./" + line},
			{"report", "--format", line}, {"logs", line}, {"codes", line}, {"guide", book, line}, {"probe", "http", "--url", line}, {"probe", "imap", "--address", line}, {"probe", line}, {line}, {"--x=" + line},
			{"phone", "--wait", "1ms", "--host", line}, {"phone", "--address", line}, {"phone", "--interface", line}, {"check", line}, {"explain", "--format", line},
		} {
			got := run(t, nil, args...)
			search(t, strings.Join(args, " "), got.stdout+got.stderr)
		}
	}
}

// plantPhone is a phone that says a secret wherever it says something.
func plantPhone(t *testing.T) {
	server := timeServer(t, 0)
	for i, p := range planted() {
		quoted, _ := json.Marshal(p.text)
		facts := []string{`,"zone":` + string(quoted), `,"reach":{"outcome":` + string(quoted) + `,"took":1}`, `,"zone":"Europe/` + string(quoted)[1:]}[i%3]
		k := &pocket{t: t, facts: facts, done: make(chan struct{})}
		got := run(t, func(sys *cli.System) { atHome(loopback)(sys); sys.Stderr = k }, "phone", "--format", []string{"text", "json"}[i%2], "--server", server, "--host", "www.example.org")
		<-k.done
		search(t, "phone", got.stdout+k.screen.String())
	}
}
