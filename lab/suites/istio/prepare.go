// Edits a copy of Istio's module, so that the tests of istiod's configuration print what they ask and expect.
package main

import (
	"log"
	"os"
	"path/filepath"
	"strings"
)

// edit replaces a text that occurs once in a file.
type edit struct{ file, text, by string }

const (
	traffic = "pilot/pkg/simulation/traffic.go"
	fake    = "pilot/test/xds/fake.go"
	routes  = "pilot/pkg/networking/core/sidecar_simulation_test.go"
)

var edits = []edit{
	{traffic, "type Simulation struct {\n", "type Simulation struct {\n\torigin origin\n"},
	{traffic, "type Result struct {\n", "type Result struct {\n\tasked *asked\n"},
	{traffic, "\tr.StrictMatch = want.StrictMatch", "\tdefer r.record(t, want)\n\tr.StrictMatch = want.StrictMatch"},
	{traffic, "(sim *Simulation) Run(input Call)", "(sim *Simulation) run(input Call)"},
	{traffic, "\t\tListeners: l,\n", "\t\tListeners: l,\n\t\torigin: origin{gen: s, proxy: proxy},\n"},
	{traffic, "return NewSimulationFromConfigGen(t, s.ConfigGenTest, proxy)",
		"return NewSimulationFromConfigGen(t, s.ConfigGenTest, proxy).from(s.Options)"},
	{fake, "type FakeDiscoveryServer struct {\n", "type FakeDiscoveryServer struct {\n\tOptions FakeOptions\n"},
	{fake, "&FakeDiscoveryServer{\n", "&FakeDiscoveryServer{\n\t\tOptions: opts,\n"},
	{routes, "for wk, wv := range exp {\n", "for wk, wv := range exp {\n\t\t\t\t\t\tsim.RecordRoute(t, tt.routeName, wk, wv)\n"},
}

func main() {
	module := os.Args[1]
	for _, each := range edits {
		path := filepath.Join(module, each.file)
		text, err := os.ReadFile(path)
		must(err)
		if count := strings.Count(string(text), each.text); count != 1 {
			log.Fatalf("%s has %q %d times, not once", each.file, each.text, count)
		}
		must(os.WriteFile(path, []byte(strings.Replace(string(text), each.text, each.by, 1)), 0o644))
	}
	text, err := os.ReadFile(os.Args[2])
	must(err)
	must(os.WriteFile(filepath.Join(module, filepath.Dir(traffic), "recorded.go"), text, 0o644))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
