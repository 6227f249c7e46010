package phone

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

//go:embed page
var files embed.FS

// pages is what is served: the page, what it becomes when it has done its
// work, and the policy that permits nothing but them: their own script and
// style, by their hashes, and connections to this computer and to the host that
// the phone is to reach.
type pages struct {
	open, gone []byte
	policy     string
}

func render(host string) (pages, error) {
	t, err := template.ParseFS(files, "page/*.html")
	if err != nil {
		return pages{}, err
	}
	part := map[string]string{}
	for _, name := range []string{"page.js", "page.css", "icon.svg"} {
		data, err := files.ReadFile("page/" + name)
		if err != nil {
			return pages{}, err
		}
		part[name] = strings.TrimSpace(string(data))
	}
	values := map[string]any{
		"Host": host, "Script": template.JS(part["page.js"]), "Style": template.CSS(part["page.css"]), // files of ours
		"Icon": template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(part["icon.svg"]))),
	}
	connect := "'self'"
	if host != "" {
		connect += " https://" + host
	}
	p := pages{policy: strings.Join([]string{
		"default-src 'none'", "script-src " + hashOf(part["page.js"]), "style-src " + hashOf(part["page.css"]), "img-src data:",
		"connect-src " + connect, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")}
	var open, gone bytes.Buffer
	if err := errors.Join(t.ExecuteTemplate(&open, "page.html", values), t.ExecuteTemplate(&gone, "gone.html", values)); err != nil {
		return pages{}, err
	}
	p.open, p.gone = open.Bytes(), gone.Bytes()
	return p, nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// words are what the phone shows when it was measured.
type words struct {
	Tone     string   `json:"tone"` // good, off or unsure
	Headline string   `json:"headline"`
	Lines    []string `json:"lines"`
	Steps    []string `json:"steps"`
}

func wordsFor(r *Result) words {
	w := words{Tone: "unsure", Headline: "The clock could not be judged", Lines: []string{}, Steps: []string{}}
	for _, a := range r.Advice {
		w.Steps = append(w.Steps, spelled(a))
	}
	if r.Clock.Status == diag.Unknown {
		w.Lines = append(w.Lines, spelled(sentence(r.Clock.Reason)))
		return w
	}
	off := time.Duration(*r.Clock.OffsetMS * float64(time.Millisecond))
	w.Tone, w.Headline = "off", "This phone’s clock is "+spelled(diag.Drift(off))
	switch r.Clock.Outcome {
	case Accurate:
		w.Tone, w.Headline = "good", "This phone’s clock is right"
		w.Lines = append(w.Lines, "It is right to within "+least(off.Abs()+time.Duration(*r.Clock.UncertaintyMS*float64(time.Millisecond)))+".")
	case Drifting:
		w.Tone = "good"
		w.Lines = append(w.Lines, "Codes still work.")
	case ZoneWrong:
		w.Lines = append(w.Lines, "It looks as if it was set by hand for another time zone. Its codes are refused.")
	case DateWrong:
		w.Lines = append(w.Lines, "The date is wrong. Its codes are refused.")
	default:
		w.Lines = append(w.Lines, sentence(fate(off)))
	}
	if f := r.Phone; f != nil && f.Reach != nil {
		w.Lines = append(w.Lines, sentence(f.Reach.Words()))
	}
	return w
}

// spelled puts a line into the words of the phone: units written out, and the
// computer at its other end.
func spelled(text string) string {
	return strings.NewReplacer(" ms ", " milliseconds ", " s ", " seconds ", " ms,", " milliseconds,", " s,", " seconds,", "this computer", "the computer").Replace(text)
}

// least is a bound in whole seconds.
func least(d time.Duration) string {
	if n := math.Ceil(d.Seconds()); n > 1 {
		return fmt.Sprintf("%.0f seconds", n)
	}
	return "a second"
}

// sentence makes a line one.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// Words say whether the phone reached the host. A failure names no cause: the
// page is not told any.
func (r *Reach) Words() string {
	switch r.Outcome {
	case Reached:
		return "the phone reaches " + r.Host
	case Failed:
		return "the phone does not reach " + r.Host + " from this network (or something on it blocks that)"
	case TimeOut:
		return "the phone got no answer from " + r.Host
	}
	return "whether the phone reaches " + r.Host + " was not tried"
}
