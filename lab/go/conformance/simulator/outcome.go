package simulator

import (
	"net"
	"net/http"
	"strings"
)

// AddressOf is the address of a Gateway.
func AddressOf(namespace, name string) string {
	return name + "." + namespace + ".gateway"
}

// GatewayAt is the Gateway that has an address, as `namespace/name`.
func GatewayAt(address string) string {
	name, namespace, _ := strings.Cut(strings.TrimSuffix(address, ".gateway"), ".")
	return namespace + "/" + name
}

// Connect opens a connection to the address and port of a Gateway.
func Connect(address, serverName string, isTLS bool) (Outcome, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return Outcome{}, err
	}
	scheme, name := "http://", host
	if isTLS {
		scheme, name = "https://", serverName
	}
	question := Question{Gateway: GatewayAt(host), Request: "GET " + scheme + name + ":" + port + "/", IsConnection: true}
	answer, err := Ask(question)
	if err != nil {
		return Outcome{}, err
	}
	return answer.Next(), nil
}

// Pod is the name of the Pod that answers: that of its Deployment with two suffixes.
func (outcome Outcome) Pod() string {
	if outcome.Destination == "" {
		return ""
	}
	_, name, _ := strings.Cut(outcome.Destination, "/")
	return name + "-6c9d-x7k2p"
}

// Code is the status of the response.
func (outcome Outcome) Code() int {
	if outcome.Destination != "" {
		return http.StatusOK
	}
	return outcome.Status
}

// Applied are response headers after these changes.
func (changes ResponseHeaders) Applied(headers http.Header) http.Header {
	for _, name := range changes.Removed {
		headers.Del(name)
	}
	for name, value := range changes.Set {
		headers.Set(name, value)
	}
	for name, value := range changes.Added {
		headers.Add(name, value)
	}
	return headers
}
