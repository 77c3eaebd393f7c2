// plain-envoy-xds stands between a waypoint's Envoy, which is the upstream build, and its pilot-agent: it passes the
// delta xDS stream on, and removes from listeners what only Istio's build of Envoy has.
// Usage: plain-envoy-xds SOCKET_OF_ENVOY SOCKET_OF_AGENT
package main

import (
	"context"
	"log"
	"net"
	"os"
	"slices"

	typedstruct "github.com/cncf/xds/go/udpa/type/v1"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	common "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/common/set_filter_state/v3"
	http "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/set_filter_state/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	network "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/set_filter_state/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

const (
	listenerType = "type.googleapis.com/envoy.config.listener.v3.Listener"
	// Filters for the labels of Istio's metrics.
	peerMetadata = "type.googleapis.com/io.istio.http.peer_metadata.Config"
	// The tunnel to other networks, of which the lab has none.
	otherNetworks = "inner_connect_originate"
	istioFactory  = "istio.hashable_string"
	envoyFactory  = "envoy.hashable_string"
	largest       = 1 << 28
)

type server struct {
	discovery.UnimplementedAggregatedDiscoveryServiceServer
	agent discovery.AggregatedDiscoveryServiceClient
}

func main() {
	agent, err := grpc.NewClient("unix:"+os.Args[2], grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(largest)))
	orExit(err)
	_ = os.Remove(os.Args[1])
	socket, err := net.Listen("unix", os.Args[1])
	orExit(err)
	grpcServer := grpc.NewServer(grpc.MaxRecvMsgSize(largest))
	discovery.RegisterAggregatedDiscoveryServiceServer(grpcServer,
		&server{agent: discovery.NewAggregatedDiscoveryServiceClient(agent)})
	orExit(grpcServer.Serve(socket))
}

func (s *server) DeltaAggregatedResources(
	envoy discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesServer,
) error {
	ctx, cancel := context.WithCancel(envoy.Context())
	defer cancel()
	agent, err := s.agent.DeltaAggregatedResources(ctx)
	if err != nil {
		return err
	}
	go func() {
		defer cancel()
		for {
			request, err := envoy.Recv()
			if err != nil || agent.Send(request) != nil {
				return
			}
		}
	}()
	for {
		response, err := agent.Recv()
		if err != nil {
			return err
		}
		if response.TypeUrl == listenerType {
			if err := adaptListeners(response); err != nil {
				return err
			}
		}
		if err := envoy.Send(response); err != nil {
			return err
		}
	}
}

func adaptListeners(response *discovery.DeltaDiscoveryResponse) error {
	response.Resources = slices.DeleteFunc(response.Resources, func(each *discovery.Resource) bool {
		return each.Name == otherNetworks
	})
	for _, resource := range response.Resources {
		if err := edit(resource.Resource, &listener.Listener{}, adaptListener); err != nil {
			return err
		}
	}
	return nil
}

func adaptListener(each *listener.Listener) error {
	chains := slices.Clone(each.FilterChains)
	if each.DefaultFilterChain != nil {
		chains = append(chains, each.DefaultFilterChain)
	}
	for _, chain := range chains {
		for _, filter := range chain.Filters {
			if err := adaptNetworkFilter(filter.GetTypedConfig()); err != nil {
				return err
			}
		}
	}
	return nil
}

func adaptNetworkFilter(config *anypb.Any) error {
	if config.MessageIs(&network.Config{}) {
		return edit(config, &network.Config{}, func(each *network.Config) error {
			renameFactories(each.OnNewConnection)
			return nil
		})
	}
	if config.MessageIs(&hcm.HttpConnectionManager{}) {
		return edit(config, &hcm.HttpConnectionManager{}, adaptHTTPFilters)
	}
	return nil
}

func adaptHTTPFilters(manager *hcm.HttpConnectionManager) error {
	manager.HttpFilters = slices.DeleteFunc(manager.HttpFilters, func(each *hcm.HttpFilter) bool {
		typed := &typedstruct.TypedStruct{}
		config := each.GetTypedConfig()
		return config.MessageIs(typed) && config.UnmarshalTo(typed) == nil && typed.TypeUrl == peerMetadata
	})
	for _, filter := range manager.HttpFilters {
		if config := filter.GetTypedConfig(); config.MessageIs(&http.Config{}) {
			err := edit(config, &http.Config{}, func(each *http.Config) error {
				renameFactories(each.OnRequestHeaders)
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func renameFactories(values []*common.FilterStateValue) {
	for _, each := range values {
		if each.FactoryKey == istioFactory {
			each.FactoryKey = envoyFactory
		}
	}
}

// edit replaces a packed message by what a function makes of it.
func edit[T proto.Message](packed *anypb.Any, into T, change func(T) error) error {
	if err := packed.UnmarshalTo(into); err != nil {
		return err
	}
	if err := change(into); err != nil {
		return err
	}
	return packed.MarshalFrom(into)
}

func orExit(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
