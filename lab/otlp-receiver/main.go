// otlp-receiver accepts spans over gRPC and appends each export to a file as a line of JSON, as the file exporter of the
// OpenTelemetry Collector does.
// Usage: otlp-receiver ADDRESS FILE
package main

import (
	"context"
	"log"
	"net"
	"os"
	"sync"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
)

type receiver struct {
	ptraceotlp.UnimplementedGRPCServer
	mutex sync.Mutex
	file  *os.File
}

func main() {
	file, err := os.OpenFile(os.Args[2], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	orExit(err)
	listener, err := net.Listen("tcp", os.Args[1])
	orExit(err)
	server := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(server, &receiver{file: file})
	orExit(server.Serve(listener))
}

func (r *receiver) Export(_ context.Context, request ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	response := ptraceotlp.NewExportResponse()
	line, err := request.MarshalJSON()
	if err != nil {
		return response, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	_, err = r.file.Write(append(line, '\n'))
	return response, err
}

func orExit(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
