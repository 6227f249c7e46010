//go:build packed

package playbooks

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io/fs"
	"sync"
)

// What is released holds the files compressed, since they are a tenth of it
// otherwise; `make build` packs them before it compiles.
//
//go:embed packed.zip
var zipped []byte

// archive is opened by the first who reads from it.
type archive struct{ open func() (*zip.Reader, error) }

var files = archive{sync.OnceValues(func() (*zip.Reader, error) {
	return zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
})}

func (a archive) Open(name string) (fs.File, error) {
	r, err := a.open()
	if err != nil {
		return nil, err
	}
	return r.Open(name)
}

func (a archive) ReadFile(name string) ([]byte, error) {
	r, err := a.open()
	if err != nil {
		return nil, err
	}
	return fs.ReadFile(r, name)
}
