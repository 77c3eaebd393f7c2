//go:build simulated

package tcp

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"cardinal/lab/conformance/simulator"
	"sigs.k8s.io/gateway-api/conformance/utils/config"
)

func MakeTCPRequestAndExpectEventuallyValidResponse(
	t *testing.T, _ config.TimeoutConfig, gwAddr string, _ []byte, serverName string, useTLS bool,
	expected ExpectedResponse,
) {
	outcome, err := simulator.Connect(gwAddr, serverName, useTLS)
	prefix := fmt.Sprintf("%s/%s", expected.Namespace, expected.Backend)
	simulator.Note(fmt.Sprintf("expected %s, TLS %v", prefix, expected.BackendIsTLS))
	simulator.Judge(t.Name(), err == nil && strings.HasPrefix(outcome.Destination, prefix))
}

func EchoSendOnce(_ context.Context, gwAddr string, _ time.Duration) (string, error) {
	outcome, err := simulator.Connect(gwAddr, "", false)
	if err == nil && outcome.Destination == "" {
		err = fmt.Errorf("no response: %s", outcome.Reason)
	}
	return outcome.Pod(), err
}
