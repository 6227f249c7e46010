package wizard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Terminal tells whether a stream is a terminal, and how many columns it has;
// 0 when the terminal does not say.
func Terminal(stream any) (columns int, ok bool) {
	f, isFile := stream.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, true
	}
	return columns, true
}

// Password asks for a secret in a terminal, without showing what is typed.
func Password(ctx context.Context, in io.Reader, out io.Writer) (string, error) {
	f, ok := in.(*os.File)
	if !ok {
		return "", errors.New("there is no terminal to ask in")
	}
	before, err := term.GetState(int(f.Fd()))
	if err != nil {
		return "", err
	}
	fmt.Fprint(out, "Secret (it is not shown): ")
	defer fmt.Fprintln(out)
	typed := make(chan error, 1)
	var text []byte
	go func() {
		var err error
		text, err = term.ReadPassword(int(f.Fd()))
		typed <- err
	}()
	select {
	case err := <-typed:
		if errors.Is(err, io.EOF) {
			err = diag.ErrCancelled
		}
		return string(text), err
	case <-ctx.Done():
		// The read cannot be ended; the process is about to.
		return "", errors.Join(diag.ErrCancelled, term.Restore(int(f.Fd()), before))
	}
}

// Rows is how many rows a terminal has; 0 when it does not say, or is none.
func Rows(stream any) int {
	f, isFile := stream.(*os.File)
	if !isFile {
		return 0
	}
	_, rows, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return rows
}
