// Package lab holds the probes against real servers with real faults. It is
// all tests: each starts its servers on free loopback ports, measures, and
// leaves nothing behind. testdata/lab/README.md says how to run it, and lists
// the faults.
package lab
