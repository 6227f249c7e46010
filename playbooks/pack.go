//go:build ignore

// Writes packed.zip: the playbooks and the signatures, compressed, without
// times, so that the same files make the same archive.
//
//	go run playbooks/pack.go playbooks
package main

import (
	"archive/zip"
	"compress/flate"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run playbooks/pack.go FOLDER")
	}
	if err := pack(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func pack(folder string) error {
	var names []string
	for _, pattern := range []string{"*.yaml", "signatures/*.yaml"} {
		found, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(pattern)))
		if err != nil {
			return err
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	out, err := os.Create(filepath.Join(folder, "packed.zip"))
	if err != nil {
		return err
	}
	w := zip.NewWriter(out)
	w.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestCompression) })
	for _, name := range names {
		if err := add(w, folder, name); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Close()
}

func add(w *zip.Writer, folder, name string) error {
	inside, err := filepath.Rel(folder, name)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	to, err := w.CreateHeader(&zip.FileHeader{Name: filepath.ToSlash(inside), Method: zip.Deflate})
	if err != nil {
		return err
	}
	_, err = to.Write(data)
	return err
}
