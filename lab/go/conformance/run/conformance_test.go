//go:build simulated

// Package run runs the conformance tests of the Gateway API against the traffic simulator.
package run

import (
	"io/fs"
	"slices"
	"testing"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/log"
	v1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/gateway-api/apis/v1alpha2"
	"sigs.k8s.io/gateway-api/apis/v1alpha3"
	"sigs.k8s.io/gateway-api/conformance"
	"sigs.k8s.io/gateway-api/conformance/tests"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
	"sigs.k8s.io/gateway-api/pkg/features"
)

// ofStatuses are tests without requests: they look at statuses that a controller writes, or at objects that it makes.
var ofStatuses = []string{
	"GatewayClassObservedGenerationBump",
	"GatewayInfrastructure",
	"GatewayModifyListeners",
	"GatewayObservedGenerationBump",
	"GatewayStaticAddresses",
	"HTTPRouteObservedGenerationBump",
}

func TestConformance(t *testing.T) {
	log.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	for _, install := range []func(*runtime.Scheme) error{v1.Install, v1alpha2.Install, v1alpha3.Install,
		apiextensionsv1.AddToScheme, corev1.AddToScheme, appsv1.AddToScheme, discoveryv1.AddToScheme} {
		if err := install(scheme); err != nil {
			t.Fatal(err)
		}
	}
	gateways, err := suite.NewConformanceTestSuite(suite.ConformanceOptions{
		ConfigurableOptions: suite.ConfigurableOptions{
			GatewayClassName:           "istio",
			EnableAllSupportedFeatures: true,
			CleanupTestResources:       true,
			AllowCRDsMismatch:          true,
			NamespaceLabels:            map[string]string{"istio-injection": "enabled"},
		},
		Client:          clusterOf(scheme),
		RoundTripper:    roundTripper{},
		GRPCClient:      grpcClient{},
		WebSocketDialer: webSocketDialer{},
		ManifestFS:      []fs.FS{&conformance.Manifests},
	})
	if err != nil {
		t.Fatal(err)
	}
	all := tests.ConformanceTests
	gateways.Setup(t, all)
	for _, each := range all {
		if !slices.Contains(each.Features, features.SupportUDPRoute) && !slices.Contains(ofStatuses, each.ShortName) {
			t.Run(each.ShortName, func(t *testing.T) { each.Run(t, gateways) })
		}
	}
}
