package playbook

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// hostile are files just under the limits, each made to cost as much as it
// can.
func hostile(base string) map[string]string {
	head := "schema: authdoctor.playbook/1\nid: x\ntitle: X\nversion: \"1\"\nsurfaces: [app]\n"
	fill := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < maxBytes*9/10; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	lines := func(format string) string {
		var b strings.Builder
		for i := 0; i < maxLines-100; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	return map[string]string{
		"one long line":        head + "vars: {" + strings.TrimSuffix(fillTo(head, "a%d: b, ", maxNodes/5), ", ") + "}\n",
		"unknown keys":         head + lines("key-%d: x\n"),
		"duplicate keys":       head + lines("key: %d\n"),
		"unknown causes":       head + "symptoms: [{id: a, title: A, likely: {" + fillTo(head, "cause-%d: often, ", 12_000) + "}}]\nsteps:\n  - {id: a, stage: session, title: A}\ncauses:\n" + fillTo(head, "  - {id: reason-%d, prior: 1}\n", 8000),
		"unknown variables":    base + "prevent: [\"" + fill("{{name%d}} ") + "\"]\n",
		"the same variable":    base + "prevent: [\"" + fill("{{name}}%.0d ") + "\"]\n",
		"many requires":        head + "steps:\n" + fillTo(head, "  - {id: s-%[1]d, stage: session, title: S, requires: [s-1, s-2, s-%[1]d]}\n", 5000),
		"a long chain":         head + "checks:\n" + chain(6000),
		"clean and large":      string(bigBookOf(4)),
		"open quote":           head + "prevent: \"" + lines("%d x\n"),
		"escapes":              head + "prevent: \"" + strings.Repeat(`\n`, 300_000) + "\"\n",
		"folded text":          head + "prevent: >-\n" + lines("  word %d\n"),
		"literal text":         head + "prevent: |\n" + lines("  word %d\n"),
		"blank lines in text":  head + "prevent: |\n  a\n" + strings.Repeat(strings.Repeat("\n", maxBlank-2)+"  a\n", 150),
		"spaces":               head + "prevent: |\n" + strings.Repeat(strings.Repeat(" ", 500)+"\n", 90) + "a\n",
		"colons":               head + strings.Repeat(":", 900_000),
		"comments":             head + lines("# %d\n"),
		"trailing comments":    head + lines("k%d: a # b\n"),
		"many documents":       lines("--- {a: %d}\n"),
		"quotes":               head + "prevent: ['" + strings.Repeat("''", 400_000) + "']\n",
		"plain text, in lines": head + "prevent: word\n" + lines("  word %d\n"),
	}
}

func fillTo(head, format string, n int) string {
	var b strings.Builder
	for i := 0; i < n && len(head)+b.Len() < maxBytes/2; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  - {id: c-%d, run: http, after: [c-%d]}\n", i, i+1)
	}
	return b.String()
}

// No file may keep the reader busy. The budget is far above what any of them
// takes; a reader that goes wrong takes minutes.
func TestHostileFilesEnd(t *testing.T) {
	for name, text := range hostile(string(readTestFile(t, "good", "base.yaml"))) {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			book, problems := Lint("hostile.yaml", []byte(text), probes)
			sound(t, problems, book != nil)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v for %d bytes", took, len(text))
			} else {
				t.Logf("%v for %d bytes: %d problems", took, len(text), len(problems))
			}
		})
	}
}
