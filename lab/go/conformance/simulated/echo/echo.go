//go:build simulated

package echo

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"cardinal/lab/conformance/simulator"
	conformancehttp "sigs.k8s.io/gateway-api/conformance/utils/http"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
)

// ConnectToAppInNamespace is a workload of an app: the name of its Deployment is that of the app and its version.
func ConnectToAppInNamespace(_ *testing.T, _ *suite.ConformanceTestSuite, app MeshApplication, ns string) MeshPod {
	_, version, _ := strings.Cut(string(app), "version=")
	return MeshPod{Name: "echo-" + version, Namespace: ns, Address: "10.0.0." + strings.TrimPrefix(version, "v")}
}

// request reads the arguments of the echo client.
func (m *MeshPod) request(args []string) (Response, error) {
	url, method, headers := args[1], "GET", map[string]string{}
	for i, each := range args {
		if value, ok := strings.CutPrefix(each, "--method="); ok {
			method = value
		}
		if each == "-H" {
			name, value, _ := strings.Cut(args[i+1], ":")
			headers[name] = value
		}
	}
	if target, ok := strings.CutPrefix(url, "grpc://"); ok {
		method, url = "POST", "http://"+strings.TrimSuffix(target, "/")+"/proto.EchoTestService/Echo"
		headers["content-type"] = "application/grpc"
	}
	question := simulator.Question{From: m.Namespace + "/" + m.Name, Request: method + " " + url, Headers: headers}
	answer, err := simulator.Ask(question)
	if err != nil {
		return Response{}, err
	}
	outcome := answer.Next()
	response := Response{Code: strconv.Itoa(outcome.Code()), Hostname: outcome.Pod(), RequestHeaders: http.Header{},
		ResponseHeaders: outcome.Response.Applied(http.Header{})}
	for name, value := range outcome.Headers {
		response.RequestHeaders.Set(name, value)
	}
	if outcome.Location != "" {
		response.ResponseHeaders.Set("Location", outcome.Location)
	}
	return response, nil
}

func (m *MeshPod) RequestBatch(t *testing.T, exp conformancehttp.ExpectedResponse, count int) ([]Response, error) {
	var responses []Response
	for range count {
		response, err := m.request(makeRequest(t, &exp))
		if err != nil {
			return nil, err
		}
		responses = append(responses, response)
	}
	return responses, nil
}
