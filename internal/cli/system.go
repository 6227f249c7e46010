package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/authdoctor/authdoctor/internal/phone"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/state"
	"github.com/authdoctor/authdoctor/internal/wizard"
)

// version is set by the linker; a plain `go install` leaves it empty.
var version = ""

// OS is the real world.
func OS() System {
	return System{
		Interrupt: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		},
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Hostname: os.Hostname, Now: time.Now, Random: rand.Float64, Version: versionText(), Probe: probe.System(), Phone: phone.System(),
		State: state.Dir(state.Folder(os.Getenv, runtime.GOOS)), Password: wizard.Password,
		Terminal: wizard.Terminal, Rows: wizard.Rows, Settle: 250 * time.Millisecond, OpenTTY: openTTY, ReadFile: readFile, OpenFile: openFile, ReadDir: readDir, WriteFile: writeFile,
	}
}

// versionText is the release, or what the module system knows of this build.
func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func openTTY() (io.ReadWriteCloser, error) {
	name := "/dev/tty"
	if os.PathSeparator == '\\' {
		name = "CONIN$"
	}
	return os.OpenFile(name, os.O_RDWR, 0)
}

// maxFile bounds what is read of any file that a person names; the decoders
// have limits of their own below it.
const maxFile = 16 << 20

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s is larger than %d MiB", name, maxFile>>20)
	}
	return data, err
}

func openFile(name string) (io.ReadCloser, error) { return os.Open(name) }

func readDir(name string) ([]string, error) {
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// writeFile writes beside the target and renames, so that a file is there
// whole or not at all. What is no plain file, such as a device or a pipe, is
// written to as it is, and a link is followed.
func writeFile(name string, data []byte) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return writeInto(name, data)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".authdoctor-*") // mode 0600
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err // the name of the passing file tells nobody anything
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	defer os.Remove(f.Name()) // of no effect once it is renamed
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func writeInto(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
