//go:build simulated

package tlog

import (
	"fmt"
	"testing"

	"cardinal/lab/conformance/simulator"
)

func Logf(t *testing.T, format string, args ...any) {
	simulator.Note(fmt.Sprintf(format, args...))
	t.Logf(format, args...)
}
