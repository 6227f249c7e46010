package cli

import (
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

// signatures reads those that come with authdoctor, but for the files of these
// names. The files are read side by side: decoding them is most of what
// explaining one message takes.
func signatures(without ...string) (diag.Signatures, error) {
	files, err := signatureFiles(without...)
	if err != nil {
		return diag.Signatures{}, err
	}
	return playbook.JoinSignatures(files...)
}

func signatureFiles(without ...string) ([]*playbook.SignatureFile, error) {
	sources, err := signatureSources()
	if err != nil {
		return nil, err
	}
	sources = slices.DeleteFunc(sources, func(s source) bool { return slices.Contains(without, path.Base(s.name)) })
	files, errs := make([]*playbook.SignatureFile, len(sources)), make([]error, len(sources))
	var all sync.WaitGroup
	for i, s := range sources {
		all.Go(func() { files[i], errs[i] = playbook.TrustSignatures(s.name, s.data) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// signatureTests hold a file of signatures against the others and against the
// playbooks that come with authdoctor. A file of the same name takes the place
// of the built-in one.
func (p *program) signatureTests(src source) (playbook.SignatureTests, error) {
	tests := playbook.SignatureTests{Leads: p.leadsWrong}
	own, err := playbook.ParseSignatures(src.name, src.data)
	if err != nil {
		return tests, nil //nolint:nilerror // lint says what is wrong with it, place by place
	}
	files, err := signatureFiles(path.Base(src.name))
	if err != nil {
		return tests, err
	}
	known, err := playbook.JoinSignatures(append(files, own)...)
	if err != nil {
		return tests, usagef("", "%s", err)
	}
	e := explain.New(known)
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

// leadsWrong says what is wrong with where a signature leads.
func (p *program) leadsWrong(id, cause string) string {
	if id == "" && cause == "" {
		return ""
	}
	if !slices.Contains(builtIn(), id) {
		return "playbook " + id + ", which is not there"
	}
	book, err := p.load(id)
	if err != nil {
		return "playbook " + id + ", which cannot be read"
	}
	if cause != "" && !slices.ContainsFunc(book.Causes, func(c playbook.Cause) bool { return c.ID == cause }) {
		return "cause " + cause + ", which playbook " + id + " does not have"
	}
	return ""
}
