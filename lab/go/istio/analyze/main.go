// analyze prints what Istio's analyzers say of manifests, as JSON: for each line of standard input, which names files
// separated by tabs, one line. Unlike `istioctl analyze --use-kube=false` it takes Pods, Namespaces, Services and
// Secrets from files too.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"istio.io/istio/pkg/config/analysis/analyzers"
	"istio.io/istio/pkg/config/analysis/local"
)

type finding struct {
	Code     string `json:"code"`
	Resource string `json:"resource"`
	Message  string `json:"message"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		found, err := analyze(strings.Split(lines.Text(), "\t"))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		text, _ := json.Marshal(found)
		fmt.Println(string(text))
	}
}

func analyze(files []string) ([]finding, error) {
	analyzer := local.NewIstiodAnalyzer(analyzers.AllCombined(), "", "istio-system", nil)
	var readers []local.ReaderSource
	for _, file := range files {
		reader, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer reader.Close()
		readers = append(readers, local.ReaderSource{Name: file, Reader: reader})
	}
	if err := analyzer.AddTestReaderKubeSource(readers); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	// After the files, since the first source decides which kinds are taken.
	if err := analyzer.AddDefaultResources(); err != nil {
		return nil, err
	}
	stop := make(chan struct{})
	defer close(stop)
	result, err := analyzer.Analyze(stop)
	if err != nil {
		return nil, err
	}
	found := []finding{}
	for _, message := range result.Messages {
		resource := ""
		if message.Resource != nil {
			resource = message.Resource.Origin.FriendlyName()
		}
		found = append(found, finding{message.Type.Code(), resource, fmt.Sprintf(message.Type.Template(), message.Parameters...)})
	}
	return found, nil
}
