// Package simulator sends the requests of a suite to the traffic simulator, a process that reads and writes lines of
// JSON, and records how each expectation ends.
package simulator

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
)

// Question is a request or connection, with the manifests of the cluster where they have changed.
type Question struct {
	Objects []any `json:"objects,omitempty"`
	// From is the caller as `namespace/name`; empty for a client outside the cluster.
	From string `json:"from,omitempty"`
	// Gateway is the Gateway that receives it, as `namespace/name`.
	Gateway string            `json:"gateway,omitempty"`
	Request string            `json:"request"`
	Headers map[string]string `json:"headers,omitempty"`
	// ServerName is the server name of TLS, where it is not the host of the request.
	ServerName        string `json:"serverName,omitempty"`
	ClientCertificate bool   `json:"clientCertificate,omitempty"`
	IsConnection      bool   `json:"isConnection,omitempty"`
}

// Outcome is a possible outcome of a request.
type Outcome struct {
	Destination string            `json:"destination"`
	Port        int               `json:"port"`
	Share       float64           `json:"share"`
	Status      int               `json:"status"`
	Location    string            `json:"location"`
	Host        string            `json:"host"`
	Path        string            `json:"path"`
	Headers     map[string]string `json:"headers"`
	// ServerName is that of the TLS of the proxy to the destination.
	ServerName string          `json:"serverName"`
	Response   ResponseHeaders `json:"responseHeaders"`
	Reason     string          `json:"reason"`
}

// Mirror is a destination of copies.
type Mirror struct {
	Destination string  `json:"destination"`
	Share       float64 `json:"share"`
}

// Answer is what the simulator answers to a question.
type Answer struct {
	// Unsimulated is the reason why there is no result.
	Unsimulated string             `json:"unsimulated"`
	Outcomes    []Outcome          `json:"outcomes"`
	Mirrors     []Mirror           `json:"mirrors"`
	TimeoutMs   float64            `json:"timeoutMs"`
	PerTryMs    float64            `json:"perTryMs"`
	Retries     int                `json:"retries"`
	RetryOn     []string           `json:"retryOn"`
	shares      map[string]float64 // sent so far, by outcome
}

// ResponseHeaders are the changes of response headers: removals first, then what is set, then what is added.
type ResponseHeaders struct {
	Removed []string          `json:"removed"`
	Set     map[string]string `json:"set"`
	Added   map[string]string `json:"added"`
}

// Objects are the current manifests, and Version a number that changes with them.
var (
	Objects func() []any
	Version func() int
)

var (
	lock      sync.Mutex
	process   *exec.Cmd
	input     io.Writer
	output    *bufio.Reader
	sent      = -1
	answers   = map[string]*Answer{}
	last      error
	lastAsked string
	note      string
	logs      = map[string][]string{}
	mirrored  = map[string]float64{}
	judged    = map[string]bool{}
)

// Ask returns the answer of the simulator. Its error says why there is none.
func Ask(question Question) (*Answer, error) {
	lock.Lock()
	defer lock.Unlock()
	version := Version()
	if version != sent {
		question.Objects = Objects()
		answers = map[string]*Answer{}
	}
	key, err := json.Marshal(Question{From: question.From, Gateway: question.Gateway, Request: question.Request,
		Headers: question.Headers, ServerName: question.ServerName,
		ClientCertificate: question.ClientCertificate, IsConnection: question.IsConnection})
	if err != nil {
		return nil, err
	}
	lastAsked = string(key)
	answer, isKnown := answers[string(key)]
	if !isKnown {
		if answer, err = send(question); err != nil {
			return nil, err
		}
		sent = version
		answers[string(key)] = answer
	}
	last = nil
	if answer.Unsimulated != "" {
		last = errors.New(answer.Unsimulated)
	}
	return answer, last
}

func send(question Question) (*Answer, error) {
	if process == nil {
		command := strings.Fields(os.Getenv("SIMULATOR"))
		process = exec.Command(command[0], command[1:]...)
		process.Stderr = os.Stderr
		stdin, err := process.StdinPipe()
		if err != nil {
			return nil, err
		}
		stdout, err := process.StdoutPipe()
		if err != nil {
			return nil, err
		}
		if err := process.Start(); err != nil {
			return nil, err
		}
		input, output = stdin, bufio.NewReaderSize(stdout, 1<<20)
	}
	line, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	if _, err := input.Write(append(line, '\n')); err != nil {
		return nil, err
	}
	text, err := output.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	answer := &Answer{shares: map[string]float64{}}
	return answer, json.Unmarshal(text, answer)
}

// Next is the next outcome, so that outcomes come in the proportion of their shares.
func (answer *Answer) Next() Outcome {
	lock.Lock()
	defer lock.Unlock()
	best := 0
	for i, each := range answer.Outcomes {
		answer.shares[fmt.Sprint(i)] += each.Share
		if answer.shares[fmt.Sprint(i)] > answer.shares[fmt.Sprint(best)] {
			best = i
		}
	}
	answer.shares[fmt.Sprint(best)]--
	return answer.Outcomes[best]
}

// Note keeps what the suite logs last: the reason where an expectation is not met.
func Note(text string) {
	lock.Lock()
	defer lock.Unlock()
	note = text
}

// Judge records how an expectation of a test ends: with the reason why the simulator has no answer, if it has none. An
// expectation that is repeated, with another identifier in the request, is one.
func Judge(test string, isMet bool) {
	lock.Lock()
	defer lock.Unlock()
	key := fmt.Sprint(test, identifiers.ReplaceAllString(lastAsked, ""), isMet)
	if judged[key] {
		return
	}
	judged[key] = true
	verdict := map[string]any{"test": test, "asked": json.RawMessage(lastAsked), "right": isMet && last == nil}
	if last != nil {
		verdict["unsimulated"] = last.Error()
	} else if !isMet {
		verdict["note"] = note
		verdict["answer"] = answers[lastAsked]
	}
	line, err := json.Marshal(verdict)
	if err != nil {
		panic(err)
	}
	fmt.Printf("VERDICT %s\n", line)
	last, lastAsked, note = nil, "null", ""
}

var identifiers = regexp.MustCompile(`(request-id|uuid)=[^"&]*`)

// Log adds a line to the log of a workload, as `namespace/name`.
func Log(mirror Mirror, line string) {
	lock.Lock()
	defer lock.Unlock()
	key := mirror.Destination + " " + line
	mirrored[key] += mirror.Share
	if mirrored[key] >= 1-1e-9 {
		mirrored[key]--
		logs[mirror.Destination] = append(logs[mirror.Destination], line)
	}
}

// Logs are the lines of a workload's log.
func Logs(workload string) []string {
	lock.Lock()
	defer lock.Unlock()
	return append([]string{}, logs[workload]...)
}
