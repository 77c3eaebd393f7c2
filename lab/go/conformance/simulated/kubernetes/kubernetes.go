//go:build simulated

package kubernetes

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	clientset "k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"cardinal/lab/conformance/simulator"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/gateway-api/conformance/utils/config"
)

var statusIsTrusted = true

func gwcMustBeAccepted(*testing.T, client.Client, config.TimeoutConfig, string, string) string {
	return "istio.io/gateway-controller"
}

// The address of a Gateway is its name and its namespace.
func getGatewayStatus(
	ctx context.Context, _ *testing.T, c client.Client, gwRef GatewayRef,
) (*gatewayv1.Gateway, error) {
	gateway := &gatewayv1.Gateway{}
	err := c.Get(ctx, gwRef.NamespacedName, gateway)
	kind := gatewayv1.HostnameAddressType
	address := simulator.AddressOf(gwRef.Namespace, gwRef.Name)
	gateway.Status.Addresses = []gatewayv1.GatewayStatusAddress{{Type: &kind, Value: address}}
	return gateway, err
}

func TLSRouteMustHaveParents(
	t *testing.T, c client.Client, _ config.TimeoutConfig, routeName types.NamespacedName,
	_ []gatewayv1.RouteParentStatus, _ bool,
) gatewayv1.TLSRoute {
	route := gatewayv1.TLSRoute{}
	if err := c.Get(t.Context(), routeName, &route); err != nil {
		t.Fatal(err)
	}
	return route
}

func DumpEchoLogs(
	_ context.Context, ns, name string, _ client.Client, _ clientset.Interface, _ time.Time,
) ([]string, error) {
	return simulator.Logs(ns + "/" + name), nil
}
