// Copies the conformance suite of the Gateway API into a folder, with functions of `simulated/` in place of those that
// reach a cluster, and without its waits for statuses, which manifests do not have.
package main

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	suite, target := os.Args[1], os.Args[2]
	must(os.RemoveAll(target))
	must(os.CopyFS(target, os.DirFS(suite)))
	stubs, err := filepath.Glob("simulated/*/*.go")
	must(err)
	for _, stub := range stubs {
		folder := filepath.Join(target, "utils", filepath.Base(filepath.Dir(stub)))
		replace(folder, parse(stub))
		text, err := os.ReadFile(stub)
		must(err)
		must(os.WriteFile(filepath.Join(folder, "simulated.go"), text, 0o644))
	}
	withoutStatuses(filepath.Join(target, "utils/kubernetes/helpers.go"))
}

// replace renames the functions of a package that another file declares.
func replace(folder string, by *ast.File) {
	names := map[string]bool{}
	for _, each := range functions(by) {
		names[each.Name.Name] = true
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	must(err)
	for _, path := range files {
		file := parse(path)
		changed := false
		for _, each := range functions(file) {
			if names[each.Name.Name] {
				each.Name = ast.NewIdent("original" + each.Name.Name)
				changed = true
			}
		}
		if changed {
			write(path, file)
		}
	}
}

// withoutStatuses makes every function that only waits for a state of the cluster return at once.
func withoutStatuses(path string) {
	file := parse(path)
	for _, each := range functions(file) {
		name := each.Name.Name
		isKept := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		if !strings.Contains(name, "Must") || slices.ContainsFunc([]string{"GatewayAnd", "GWC", "original"}, isKept) {
			continue
		}
		if results := each.Type.Results; results != nil {
			for _, result := range results.List {
				result.Names = []*ast.Ident{ast.NewIdent("_")}
			}
		}
		skip := &ast.IfStmt{
			Cond: ast.NewIdent("statusIsTrusted"),
			Body: &ast.BlockStmt{List: []ast.Stmt{&ast.ReturnStmt{}}},
		}
		each.Body.List = append([]ast.Stmt{skip}, each.Body.List...)
	}
	write(path, file)
}

func functions(file *ast.File) []*ast.FuncDecl {
	var found []*ast.FuncDecl
	for _, each := range file.Decls {
		if function, ok := each.(*ast.FuncDecl); ok {
			found = append(found, function)
		}
	}
	return found
}

var positions = token.NewFileSet()

func parse(path string) *ast.File {
	file, err := parser.ParseFile(positions, path, nil, parser.SkipObjectResolution)
	must(err)
	return file
}

func write(path string, file *ast.File) {
	var text bytes.Buffer
	must(format.Node(&text, positions, file))
	must(os.Chmod(path, 0o644))
	must(os.WriteFile(path, text.Bytes(), 0o644))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
