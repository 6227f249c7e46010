//go:build race

package cli_test

// slower is how much slower the race detector makes a program, at the most.
const slower = 20
