package playbook

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// seed adds every test file and what hostile ones look like.
func seed(f *testing.F) {
	for _, folder := range []string{"bad", "good"} {
		for _, name := range yamlFiles(f, folder) {
			f.Add(readTestFile(f, folder, name))
		}
	}
	for _, text := range []string{whole, "{", "- ? - ?", "a: |9\n", "&a *a", "\ufeff", "a: !!binary x", "\"\\u0000\": 1", "[[[[]]]]:", "{a: {b: {c:", "? ? a", "a:\n\tb"} {
		f.Add([]byte(text))
	}
}

// sound checks what holds of every answer, whatever the file.
func sound(t *testing.T, problems []Problem, accepted bool) {
	t.Helper()
	if !accepted && Count(problems, Error) == 0 {
		t.Fatal("refused without an error")
	}
	for _, p := range problems {
		text := p.String()
		if p.Line < 1 || p.Column < 1 || !utf8.ValidString(text) || strings.ContainsFunc(text, unwanted) {
			t.Fatalf("problem is malformed: %q", text)
		}
	}
}

func FuzzPlaybook(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		book, problems := Lint("fuzz.yaml", data, probes)
		sound(t, problems, book != nil)
		if book != nil {
			_ = Show(book)
		}
	})
}

func FuzzSuite(f *testing.F) {
	seed(f)
	book := baseBook(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		suite, err := ParseSuite("fuzz.yaml", data)
		if err != nil {
			sound(t, listOfError(t, err), false)
			return
		}
		sound(t, suite.Check(book, data), true)
	})
}

func FuzzAnswers(f *testing.F) {
	seed(f)
	book := baseBook(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		given, err := ParseAnswers("fuzz.yaml", data, book)
		if err != nil {
			sound(t, listOfError(t, err), false)
			return
		}
		if _, err := ParseAnswers("again.yaml", FormatAnswers(book.ID, given), book); err != nil {
			t.Fatalf("what was read cannot be written and read again: %v", err)
		}
	})
}

func FuzzSignatures(f *testing.F) {
	seed(f)
	for _, text := range []string{
		"schema: authdoctor.signatures/1\nsystem: x\nsignatures:\n  - {id: a, class: token_expired, title: A, pattern: '(?P<code>E[0-9]+)', examples: [E1], near: [E]}\n",
		"schema: authdoctor.signatures/1\nforms: ['{n}']\nsignatures:\n  - {id: a, class: token_expired, title: A, numbers: ['1', '(']}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, problems := LintSignatures("fuzz.yaml", data, SignatureTests{})
		sound(t, problems, file != nil)
		if file != nil {
			_, _ = JoinSignatures(file) // it may be incomplete
		}
	})
}

// bigBook is a playbook of a thousand causes, symptoms, checks, questions and
// steps.
func bigBook() []byte { return bigBookOf(1) }

// bigBookOf is a playbook of so many thousands of things.
func bigBookOf(thousands int) []byte {
	var b strings.Builder
	b.WriteString("schema: authdoctor.playbook/1\nid: big\ntitle: Big\nversion: \"1\"\nsurfaces: [website]\nreviewed: 2026-01-31\nsources: [A book]\nescalate: somebody\n")
	list := func(key, format string, n int) {
		b.WriteString(key + ":\n")
		for i := range n * thousands {
			fmt.Fprintf(&b, format, i, i%(300*thousands))
		}
	}
	list("causes", "  - {id: cause-%[1]d, title: Cause %[1]d, layer: session, class: token_revoked, actor: user, prior: common}\n", 300)
	list("symptoms", "  - {id: symptom-%[1]d, title: Symptom %[1]d, likely: {cause-%[2]d: often}, otherwise: rarely}\n", 300)
	list("checks", "  - {id: check-%[1]d, run: http, with: {url: 'https://x.example/%[1]d'}, likely: {cause-%[2]d: {server_error: often}}}\n", 100)
	list("questions", "  - {id: question-%[1]d, ask: Question %[1]d, choices: {yes: Yes, no: No}, likely: {cause-%[2]d: {yes: often}}}\n", 100)
	list("steps", "  - {id: step-%[1]d, stage: session, title: Step %[1]d, fixes: {cause-%[2]d: often}, do: {website: [Do it.]}}\n", 300)
	b.WriteString("  - {id: retest, stage: retest, title: Retest}\nretest: [{id: sign-in, title: Sign in}]\n")
	return []byte(b.String())
}

func TestBigBookIsClean(t *testing.T) {
	book, problems := Lint("big.yaml", bigBook(), probes)
	if book == nil || len(problems) > 0 {
		t.Fatal(problems)
	}
}

var measure = flag.Bool("measure", false, "measure, and print rows of a table (make bench)")

// TestBenchLint prints how long a playbook of a thousand nodes takes to lint.
func TestBenchLint(t *testing.T) {
	if !*measure {
		t.Skip("run by: make bench")
	}
	const may = 100 * time.Millisecond
	r := testing.Benchmark(BenchmarkLint)
	took := time.Duration(r.NsPerOp()).Round(10 * time.Microsecond)
	t.Logf("bench| playbook lint, 1,000 nodes | %v | %.1f MB/s | | %v |", took, float64(len(bigBook()))/1e6/took.Seconds(), may)
	if took > may {
		t.Errorf("lint takes %v, %v are allowed", took, may)
	}
}

func BenchmarkLint(b *testing.B) {
	data := bigBook()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if book, _ := Lint("big.yaml", data, probes); book == nil {
			b.Fatal("not a playbook")
		}
	}
}
