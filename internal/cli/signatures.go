package cli

import (
	"bytes"
	"cmp"
	"io/fs"
	"path"
	"slices"
	"sync"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/playbooks"
)

// explainer knows the signatures that come with authdoctor.
func explainer() (*explain.Explainer, error) {
	known, err := signatures()
	if err != nil {
		return nil, err
	}
	return explain.New(known), nil
}

// signatureSources are the files of signatures that come with authdoctor.
func signatureSources() ([]source, error) {
	names, err := fs.Glob(playbooks.Signatures, "signatures/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []source
	for _, name := range names {
		data, err := playbooks.Signatures.ReadFile(name)
		if err != nil {
			return nil, err
		}
		out = append(out, source{"playbooks/" + name, data})
	}
	return out, nil
}

// signatures reads those that come with authdoctor.
func signatures() (diag.Signatures, error) {
	files, err := signatureFiles()
	if err != nil {
		return diag.Signatures{}, err
	}
	return playbook.JoinSignatures(files...)
}

// signatureFiles are read side by side: decoding them is most of what
// explaining one message takes.
func signatureFiles() ([]*playbook.SignatureFile, error) {
	sources, err := signatureSources()
	if err != nil {
		return nil, err
	}
	files, errs := make([]*playbook.SignatureFile, len(sources)), make([]error, len(sources))
	var all sync.WaitGroup
	for i, s := range sources {
		all.Go(func() { files[i], errs[i] = playbook.TrustSignatures(s.name, s.data) })
	}
	all.Wait()
	return files, cmp.Or(errs...)
}

// A signatureBench holds files of signatures against those that come with
// authdoctor, and against its playbooks. What comes with it is read once,
// however many files are held against it.
type signatureBench struct {
	p     *program
	files func() ([]*playbook.SignatureFile, error)
	whole func() (*explain.Explainer, error)
	books map[string]*playbook.Playbook // by their ids; nil for what cannot be read
}

func newSignatureBench(p *program) *signatureBench {
	return &signatureBench{
		p: p, files: sync.OnceValues(signatureFiles), whole: sync.OnceValues(explainer), books: map[string]*playbook.Playbook{},
	}
}

// tests are those of one file.
func (b *signatureBench) tests(src source) (playbook.SignatureTests, error) {
	tests := playbook.SignatureTests{Leads: b.leadsWrong}
	own, err := playbook.ParseSignatures(src.name, src.data)
	if err != nil {
		return tests, nil //nolint:nilerror // lint says what is wrong with it, place by place
	}
	e, err := b.with(src, own)
	if err != nil {
		return tests, err
	}
	tests.Wins = func(s diag.Signature, message string) string {
		a := e.Explain(message)
		if len(a.Findings) == 0 {
			return "nothing"
		}
		if f := a.Findings[0]; f.Signature != s.ID && (f.Cause != s.Class || f.System != s.System) {
			return f.Signature + " (" + f.System + ", " + f.Cause + ")"
		}
		return ""
	}
	tests.Fits = func(s diag.Signature, message string) bool {
		return slices.ContainsFunc(e.Explain(message).Findings, func(f explain.Finding) bool { return f.Signature == s.ID })
	}
	return tests, nil
}

// with knows a file and all that comes with authdoctor. A file takes the place
// of the one that has its name, which it may be itself.
func (b *signatureBench) with(src source, own *playbook.SignatureFile) (*explain.Explainer, error) {
	name := path.Base(src.name)
	if same, err := playbooks.Signatures.ReadFile("signatures/" + name); err == nil && bytes.Equal(same, src.data) {
		return b.whole()
	}
	files, err := b.files()
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(slices.Clone(files), func(f *playbook.SignatureFile) bool { return path.Base(f.Path) == name })
	known, err := playbook.JoinSignatures(append(others, own)...)
	if err != nil {
		return nil, usagef("", "%s", err)
	}
	return explain.New(known), nil
}

// leadsWrong says what is wrong with where a signature leads.
func (b *signatureBench) leadsWrong(id, cause string) string {
	if id == "" && cause == "" {
		return ""
	}
	if !slices.Contains(builtIn(), id) {
		return "playbook " + id + ", which is not there"
	}
	book, read := b.books[id]
	if !read {
		book, _ = b.p.load(id)
		b.books[id] = book
	}
	if book == nil {
		return "playbook " + id + ", which cannot be read"
	}
	if cause != "" && !slices.ContainsFunc(book.Causes, func(c playbook.Cause) bool { return c.ID == cause }) {
		return "cause " + cause + ", which playbook " + id + " does not have"
	}
	return ""
}
