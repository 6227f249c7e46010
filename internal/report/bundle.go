package report

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"
	"sync"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/redact"
)

// BundleSchema is the format of a bundle's manifest.
const BundleSchema = "authdoctor.bundle/1"

// A Manifest lists what is in a bundle, and what is not.
type Manifest struct {
	Schema     string      `json:"schema"`
	Tool       diag.Tool   `json:"tool"`
	Session    string      `json:"session"`
	Files      []Packed    `json:"files"`
	Redactions []Redaction `json:"redactions"`
}

// Packed is a file of a bundle.
type Packed struct {
	Name   string `json:"name"`
	What   string `json:"what"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// A Redaction is something that was taken out of a file: a secret, or a name
// that was replaced by a stand-in.
type Redaction struct {
	File  string `json:"file"`
	Kind  string `json:"kind"` // of the secret, or of a stand-in: one of redact.Kinds
	Count int    `json:"count"`
}

// packed is a file before it is written.
type packed struct {
	name, what string
	data       []byte
}

// Bundle writes a report as a zip file for whoever must act: the one thing
// that is asked of them, the report as a page and as data, what was tried in
// which order, and a manifest. The same report makes the same bytes.
func Bundle(w io.Writer, r *diag.Report) error {
	files, err := pack(r)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: r.Finished.UTC()}
		h.SetMode(0o600)
		out, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := out.Write(f.data); err != nil {
			return err
		}
	}
	return z.Close()
}

// Preview writes what a bundle would hold, as text.
func Preview(w io.Writer, r *diag.Report) error {
	files, err := pack(r)
	if err != nil {
		return err
	}
	return send(w, func(b *bytes.Buffer) error {
		for _, f := range files {
			fmt.Fprintf(b, "── %s  (%s, %d bytes)\n", f.name, f.what, len(f.data))
			if f.name == "request.txt" || f.name == "tried.txt" {
				b.Write(f.data)
				b.WriteByte('\n')
			}
		}
		fmt.Fprintf(b, "\nTaken out, or replaced by stand-ins: %s.\n", takenOutInWords(files))
		return nil
	})
}

const manifestName = "manifest.json"

func pack(dirty *diag.Report) ([]packed, error) {
	r := clean(dirty) // also for what is taken from it one by one
	var page, data, text bytes.Buffer
	if err := HTML(&page, r, Options{Details: true}); err != nil {
		return nil, err
	}
	if err := JSON(&data, r, Options{}); err != nil {
		return nil, err
	}
	if err := Text(&text, r, Options{Details: true}); err != nil {
		return nil, err
	}
	files := []packed{
		{"request.txt", "who is asked, and for what", request(r)},
		{"tried.txt", "what was seen, measured and tried, in order, with its time", tried(r)},
		{"report.txt", "the report as text", text.Bytes()},
		{"report.html", "the report as a page", page.Bytes()},
		{"report.json", "the report as data", data.Bytes()},
	}
	m := Manifest{Schema: BundleSchema, Tool: r.Tool, Session: r.Session, Files: []Packed{}, Redactions: []Redaction{}}
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		m.Files = append(m.Files, Packed{f.name, f.what, len(f.data), hex.EncodeToString(sum[:])})
		m.Redactions = append(m.Redactions, redactions(f)...)
	}
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(files, packed{manifestName, "what is in here, and what was taken out", append(manifest, '\n')}), nil
}

// takenOutInWords sums up what the report as data lost.
func takenOutInWords(files []packed) string {
	var parts []string
	for _, f := range files {
		if f.name != "report.json" {
			continue
		}
		for _, x := range redactions(f) {
			parts = append(parts, fmt.Sprintf("%s (%d times)", x.Kind, x.Count))
		}
	}
	if len(parts) == 0 {
		return "nothing, for nothing of the kind was in it"
	}
	return strings.Join(parts, ", ")
}

// request is the letter to whoever must act: one thing is asked of them.
func request(r *diag.Report) []byte {
	var b strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-12s%s\n", label, text)
		}
	}
	v := viewReport(r)
	to, ask := "whoever runs the service", cmpOr(r.Verdict.Next.Text, r.Verdict.Summary)
	switch h := r.HandOver; {
	case h != nil:
		to, ask = cmpOr(h.To, to), cmpOr(h.Ask, cmpOr(h.Text, ask))
	case r.Verdict.Status == diag.Fixed || r.Verdict.Status == diag.Healthy:
		to, ask = "whoever keeps this", "Nothing is asked. It works; this says what was done."
	case r.Verdict.Layer == diag.LayerPath || r.Verdict.Layer == diag.LayerDNS || r.Verdict.Layer == diag.LayerClock:
		to = "whoever looks after this computer and its network"
	}
	line("To", to)
	line("About", r.Playbook.Title)
	line("Message", ask)
	b.WriteString("\n")
	line("Found", v.Summary)
	line("Why", r.Verdict.Why)
	line("Code", r.Verdict.Code)
	if len(r.Timeline) > 0 {
		// When it began is not known: only when somebody looked.
		line("Measured", "from "+stampOf(r.Timeline[0].At)+" to "+stampOf(r.Timeline[len(r.Timeline)-1].At))
	}
	if h := r.HandOver; h != nil {
		line("Until then", h.Meanwhile)
		b.WriteString("\nPlease fill in what this program does not know, and never a password:\n")
		for _, g := range h.Give {
			fmt.Fprintf(&b, "  %s: ________________\n", g)
		}
	}
	b.WriteString("\nThe other files say what was measured and tried. Passwords, codes, cookies and tokens\nwere taken out wherever this program recognised them, and people, public addresses, computers and wireless\nnetworks have stand-ins that stay the same throughout. It cannot recognise everything: look it through.\n")
	return []byte(b.String())
}

// tried is the session in order.
func tried(r *diag.Report) []byte {
	var b strings.Builder
	if len(r.Timeline) == 0 {
		b.WriteString("Nothing was kept of the order.\n")
	}
	for _, m := range r.Timeline {
		fmt.Fprintf(&b, "%s  %-9s %s", stampOf(m.At), m.What, m.Text)
		if m.Code != "" {
			fmt.Fprintf(&b, "  [%s]", m.Code)
		}
		b.WriteString("\n")
	}
	return []byte(b.String())
}

// takenOut finds what stands for a secret or for a name.
var takenOut = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\[redacted:([a-z-]+)\]|\b(` + strings.Join(redact.Kinds(), "|") + `)-[0-9a-f]{8}\b`)
})

// redactions counts what was taken out of a file.
func redactions(f packed) []Redaction {
	count := map[string]int{}
	for _, m := range takenOut().FindAllSubmatch(f.data, -1) {
		count[string(m[1])+string(m[2])]++
	}
	var out []Redaction
	for kind, n := range count {
		out = append(out, Redaction{f.name, kind, n})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Kind < out[j].Kind })
	return out
}
