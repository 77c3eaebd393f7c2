// The engine of KrakenD with a configuration as KrakenD takes it: lura run --config FILE.
package main

import (
	"flag"
	"log"
	"os"

	"github.com/luraproject/lura/v2/config"
	"github.com/luraproject/lura/v2/logging"
	"github.com/luraproject/lura/v2/proxy"
	"github.com/luraproject/lura/v2/router/gin"
	"github.com/luraproject/lura/v2/transport/http/client"
	"github.com/luraproject/lura/v2/transport/http/server"
)

func main() {
	flags := flag.NewFlagSet("run", flag.ExitOnError)
	file := flags.String("config", "", "")
	if err := flags.Parse(os.Args[2:]); err != nil {
		log.Fatal(err)
	}
	// KrakenD's short names of the engine's settings.
	config.ExtraConfigAlias = map[string]string{"backend/http": client.Namespace}
	service, err := config.NewParser().Parse(*file)
	if err != nil {
		log.Fatal(err)
	}
	service.Normalize()
	logger, err := logging.NewLogger("INFO", os.Stdout, "")
	if err != nil {
		log.Fatal(err)
	}
	gin.NewFactory(gin.Config{
		Engine:         gin.NewEngine(service, gin.EngineOptions{Logger: logger, Writer: os.Stdout}),
		HandlerFactory: gin.EndpointHandler,
		ProxyFactory:   proxy.DefaultFactory(logger),
		Logger:         logger,
		RunServer:      server.RunServer,
	}).New().Run(service)
}
