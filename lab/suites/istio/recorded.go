//go:build simulated

// Package simulation prints what its tests ask of a proxy and what they expect.
package simulation

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh"
)

// origin is what a simulation is made of.
type origin struct {
	gen     *core.ConfigGenTest
	proxy   *model.Proxy
	options *xds.FakeOptions
}

type asked struct {
	sim  *Simulation
	call Call
}

func (sim *Simulation) from(options xds.FakeOptions) *Simulation {
	sim.origin.options = &options
	return sim
}

// Run simulates a call, which the result keeps.
func (sim *Simulation) Run(call Call) Result {
	result := sim.run(call)
	result.asked = &asked{sim, call.FillDefaults()}
	return result
}

func (r Result) record(t *testing.T, want Result) {
	if r.asked == nil || t.Failed() {
		return
	}
	call := r.asked.call
	call.CustomListenerValidations = nil
	r.asked.sim.print(t, map[string]any{"call": call, "want": expectation(want), "got": expectation(r)})
}

// RecordRoute prints the clusters that a route configuration is expected to have for a host.
func (sim *Simulation) RecordRoute(t *testing.T, route, host string, clusters []string) {
	sim.print(t, map[string]any{"route": route, "host": host, "clusters": clusters})
}

func expectation(result Result) map[string]string {
	problem := ""
	if result.Error != nil {
		problem = result.Error.Error()
	}
	return map[string]string{
		"error":       problem,
		"listener":    result.ListenerMatched,
		"filterChain": result.FilterChainMatched,
		"route":       result.RouteMatched,
		"virtualHost": result.VirtualHostMatched,
		"cluster":     result.ClusterMatched,
	}
}

func (sim *Simulation) print(t *testing.T, question map[string]any) {
	proxy := sim.origin.proxy
	targets := []map[string]any{}
	for _, each := range proxy.ServiceTargets {
		targets = append(targets, map[string]any{
			"host":       each.Service.Hostname,
			"namespace":  each.Service.Attributes.Namespace,
			"port":       each.Port.ServicePort.Port,
			"name":       each.Port.ServicePort.Name,
			"protocol":   each.Port.ServicePort.Protocol,
			"targetPort": each.Port.TargetPort,
		})
	}
	question["test"] = t.Name()
	question["objects"] = sim.objects(t)
	question["mesh"] = sim.mesh(t)
	question["proxy"] = map[string]any{
		"type":      proxy.Type,
		"namespace": proxy.ConfigNamespace,
		"labels":    proxy.Labels,
		"addresses": proxy.IPAddresses,
		"targets":   targets,
	}
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\nQUESTION %s\n", text)
}

// objects are the texts of the test's objects.
func (sim *Simulation) objects(t *testing.T) []string {
	if options := sim.origin.options; options != nil {
		if options.ConfigTemplateInput != nil || len(options.KubernetesObjects) > 0 {
			t.Fatal("the objects of the test are of a form that is not printed")
		}
		return []string{options.ConfigString, options.KubernetesObjectString}
	}
	texts := []string{}
	for _, schema := range sim.origin.gen.Store().Schemas().All() {
		for _, each := range sim.origin.gen.Store().List(schema.GroupVersionKind(), model.NamespaceAll) {
			object, err := crd.ConvertConfig(each)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(text))
		}
	}
	return texts
}

// mesh is the part of the mesh's configuration that is not the default.
func (sim *Simulation) mesh(t *testing.T) map[string]any {
	read := func(config *meshconfig.MeshConfig) map[string]any {
		var fields map[string]any
		text, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(config)
		if err == nil {
			err = json.Unmarshal(text, &fields)
		}
		if err != nil {
			t.Fatal(err)
		}
		return fields
	}
	base := read(mesh.DefaultMeshConfig())
	differing := map[string]any{}
	for name, value := range read(sim.origin.gen.PushContext().Mesh) {
		if !reflect.DeepEqual(value, base[name]) {
			differing[name] = value
		}
	}
	return differing
}
