//go:build simulated

package http

import (
	"testing"
	"time"

	"cardinal/lab/conformance/simulator"
	"sigs.k8s.io/gateway-api/conformance/utils/roundtripper"
)

// AwaitConvergence needs one try: the simulator answers the same every time.
func AwaitConvergence(t *testing.T, _ int, _ time.Duration, try func(time.Duration) bool) {
	simulator.Judge(t.Name(), try(0))
}

func WaitForConsistentFailureResponse(
	t *testing.T, r roundtripper.RoundTripper, req roundtripper.Request, _ int, _ time.Duration,
) {
	_, response, err := r.CaptureRoundTrip(req)
	simulator.Judge(t.Name(), err != nil || response.StatusCode != 200)
}
