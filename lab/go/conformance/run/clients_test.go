//go:build simulated

package run

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"cardinal/lab/conformance/simulator"
	pb "sigs.k8s.io/gateway-api/conformance/echo-basic/grpcechoserver"
	"sigs.k8s.io/gateway-api/conformance/utils/grpc"
	"sigs.k8s.io/gateway-api/conformance/utils/roundtripper"
)

// roundTripper asks the simulator for the response of the echo server of the suite.
type roundTripper struct{}

func (roundTripper) CaptureRoundTrip(
	request roundtripper.Request,
) (*roundtripper.CapturedRequest, *roundtripper.CapturedResponse, error) {
	question := questionOf(request)
	answer, err := simulator.Ask(question)
	if err != nil {
		return nil, nil, err
	}
	outcome := answer.Next()
	status := statusOf(answer, outcome, request.URL.Query())
	if status == 0 {
		return nil, nil, errors.New(outcome.Reason)
	}
	captured := &roundtripper.CapturedRequest{Method: request.Method, Headers: map[string][]string{}}
	response := &roundtripper.CapturedResponse{StatusCode: status, Protocol: "HTTP/1.1", Headers: http.Header{}}
	if outcome.Destination != "" {
		captured.Namespace, _, _ = strings.Cut(outcome.Destination, "/")
		captured.Pod, captured.Host, captured.Path = outcome.Pod(), outcome.Host, outcome.Path
		if outcome.Path == "" { // TLS that is passed through
			captured.Host, captured.Path = request.Host, request.URL.RequestURI()
		}
		for name, value := range outcome.Headers {
			captured.Headers[http.CanonicalHeaderKey(name)] = []string{value}
		}
		if outcome.ServerName != "" {
			captured.TLS = roundtripper.TLS{ServerName: outcome.ServerName}
		}
		response.Headers = echoHeaders(request)
	}
	for _, each := range answer.Mirrors {
		simulator.Log(each, fmt.Sprintf("Echoing back request made to %s to client", outcome.Path))
	}
	response.Headers = outcome.Response.Applied(response.Headers)
	if outcome.Location != "" {
		location, err := url.Parse(outcome.Location)
		if err != nil {
			return nil, nil, err
		}
		response.RedirectRequest = &roundtripper.RedirectRequest{
			Scheme: location.Scheme, Host: location.Hostname(), Port: location.Port(), Path: location.Path,
		}
	}
	return captured, response, nil
}

func questionOf(request roundtripper.Request) simulator.Question {
	port := request.URL.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[request.URL.Scheme]
	}
	authority := request.Host
	if authority == "" {
		authority = request.URL.Host
	}
	host, _, err := net.SplitHostPort(authority)
	if err != nil {
		host = authority
	}
	headers := map[string]string{"host": authority}
	for name, values := range request.Headers {
		headers[strings.ToLower(name)] = values[0]
	}
	delete(headers, "x-echo-set-header")
	question := simulator.Question{
		Gateway: simulator.GatewayAt(request.URL.Hostname()),
		Request: fmt.Sprintf("%s %s://%s:%s%s", request.Method, request.URL.Scheme, host, port, request.URL.RequestURI()),
		Headers: headers,
	}
	if request.URL.Scheme == "https" {
		question.ServerName = request.ServerName
		question.ClientCertificate = request.GetClientCertificateHook != nil
		if question.ClientCertificate {
			_, _ = request.GetClientCertificateHook(nil)
		}
	}
	return question
}

// echoHeaders are the response headers that the request tells the echo server to set.
func echoHeaders(request roundtripper.Request) http.Header {
	headers := http.Header{}
	for _, each := range strings.Split(strings.Join(request.Headers["X-Echo-Set-Header"], ","), ",") {
		if name, value, ok := strings.Cut(each, ":"); ok {
			headers.Add(name, value)
		}
	}
	return headers
}

// statusOf is the status for an echo server that responds late, or with errors at first, as the query tells it.
func statusOf(answer *simulator.Answer, outcome simulator.Outcome, query url.Values) int {
	if outcome.Destination == "" {
		return outcome.Status
	}
	delay, _ := time.ParseDuration(query.Get("delay"))
	if answer.TimeoutMs > 0 && float64(delay.Milliseconds()) >= answer.TimeoutMs {
		return http.StatusGatewayTimeout
	}
	if answer.PerTryMs > 0 && float64(delay.Milliseconds()) >= answer.PerTryMs {
		return http.StatusGatewayTimeout
	}
	var status, failures int
	_, _ = fmt.Sscan(query.Get("responseCode"), &status)
	_, _ = fmt.Sscan(query.Get("succeedAfter"), &failures)
	if status == 0 || (failures <= answer.Retries && isRetried(answer.RetryOn, status)) {
		return http.StatusOK
	}
	return status
}

func isRetried(conditions []string, status int) bool {
	for _, each := range conditions {
		if each == fmt.Sprint(status) || (each == "5xx" && status >= 500) {
			return true
		}
	}
	return false
}

type grpcClient struct{}

func (grpcClient) SendRPC(
	_ *testing.T, address string, expected grpc.ExpectedResponse, _ time.Duration,
) (*grpc.Response, error) {
	method := "/gateway_api_conformance.echo_basic.grpcecho.GrpcEcho/EchoThree"
	switch {
	case expected.EchoRequest != nil:
		method = strings.TrimSuffix(method, "Three")
	case expected.EchoTwoRequest != nil:
		method = strings.TrimSuffix(method, "Three") + "Two"
	}
	gateway, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	host, headers := gateway, map[string]string{"content-type": "application/grpc"}
	if sent := expected.RequestMetadata; sent != nil {
		if sent.Authority != "" {
			host, headers["host"] = sent.Authority, sent.Authority
		}
		for name, value := range sent.Metadata {
			headers[strings.ToLower(name)] = value
		}
	}
	host, _, _ = strings.Cut(host, ":")
	answer, err := simulator.Ask(simulator.Question{Gateway: simulator.GatewayAt(gateway), Headers: headers,
		Request: fmt.Sprintf("POST http://%s:%s%s", host, port, method)})
	if err != nil {
		return nil, err
	}
	outcome := answer.Next()
	namespace, _, _ := strings.Cut(outcome.Destination, "/")
	return &grpc.Response{
		Code:    grpcCode(outcome.Code()),
		Headers: &metadata.MD{}, Trailers: &metadata.MD{},
		Response: &pb.EchoResponse{Assertions: &pb.Assertions{
			FullyQualifiedMethod: outcome.Path,
			Context:              &pb.Context{Namespace: namespace, Pod: outcome.Pod()},
		}},
	}, nil
}

func (grpcClient) Close() {}

// grpcCode is the code that Envoy gives for a status of HTTP.
func grpcCode(status int) codes.Code {
	switch status {
	case http.StatusOK:
		return codes.OK
	case http.StatusNotFound:
		return codes.Unimplemented
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return codes.Unavailable
	default:
		return codes.Unknown
	}
}

// webSocketDialer connects to an echo server if the request arrives.
type webSocketDialer struct{}

func (webSocketDialer) Dial(remote, protocol, origin string) (*websocket.Conn, error) {
	target, err := url.Parse(remote)
	if err != nil {
		return nil, err
	}
	answer, err := simulator.Ask(simulator.Question{Gateway: simulator.GatewayAt(target.Hostname()),
		Request: fmt.Sprintf("GET http://%s%s", target.Host, target.Path),
		Headers: map[string]string{"upgrade": "websocket", "connection": "upgrade"}})
	if err != nil {
		return nil, err
	}
	if outcome := answer.Next(); outcome.Destination == "" {
		return nil, errors.New(outcome.Reason)
	}
	server := httptest.NewServer(websocket.Handler(func(connection *websocket.Conn) {
		var frame []byte
		for websocket.Message.Receive(connection, &frame) == nil {
			_ = websocket.Message.Send(connection, frame)
		}
	}))
	return websocket.Dial(strings.Replace(server.URL, "http", "ws", 1), protocol, origin)
}
