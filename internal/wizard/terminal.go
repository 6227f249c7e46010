package wizard

import (
	"os"

	"golang.org/x/term"
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
