//go:build simulated

package tls

import (
	"testing"

	"cardinal/lab/conformance/simulator"
	"sigs.k8s.io/gateway-api/conformance/utils/config"
	"sigs.k8s.io/gateway-api/conformance/utils/http"
	"sigs.k8s.io/gateway-api/conformance/utils/roundtripper"
)

func MakeTLSRequestAndExpectFailureResponse(
	t *testing.T, r roundtripper.RoundTripper, gwAddr string, serverCertificate, clientCertificate,
	clientCertificateKey []byte, serverName string, expected http.ExpectedResponse,
) {
	req := http.MakeRequest(t, &expected, gwAddr, roundtripper.HTTPSProtocol, "https")
	req.ServerName = serverName
	_, _, err := r.CaptureRoundTrip(req)
	simulator.Judge(t.Name(), err != nil)
}

func MakeTLSConnectionAndExpectEventuallyConnectionRejection(
	t *testing.T, _ config.TimeoutConfig, gwAddr string, serverName string,
) {
	outcome, err := simulator.Connect(gwAddr, serverName, true)
	simulator.Judge(t.Name(), err == nil && outcome.Destination == "")
}
