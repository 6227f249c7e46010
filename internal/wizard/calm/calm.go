// Package calm keeps the terminal libraries from talking to the terminal
// before there is a question to ask.
//
// Bubble Tea, when it is merely linked in, asks the terminal for its
// background color at start-up and waits up to five seconds for an answer:
// `authdoctor version` would stand still on a serial line, and leave an escape
// sequence in a recording. The wizard's colors suit light and dark alike, so
// nobody needs the answer.
//
// This is the one init function of the project. It has to run after lipgloss
// and before bubbletea, and does: packages are initialized in the order of
// their import paths as soon as their own imports are, and "authdoctor" sorts
// before "charmbracelet". A test starts a process on a silent terminal to hold
// that true.
package calm

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
