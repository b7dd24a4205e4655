package elevenlabs_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever looks up an option or an error finds code that uses it and that is
// run, where go doc and its web pages show it.
func TestExamples_ShowEveryOptionAndError(t *testing.T) {
	t.Parallel()
	pkg := documented(t, ".")
	var missing []string
	for _, f := range functions(pkg) {
		if strings.HasPrefix(f.Name, "With") && !usedBy(pkg, f.Examples)[f.Name] {
			missing = append(missing, f.Name)
		}
	}
	for _, typ := range pkg.Types {
		if strings.HasSuffix(typ.Name, "Error") && !usedBy(pkg, typ.Examples)[typ.Name] {
			missing = append(missing, typ.Name)
		}
	}
	require.Empty(t, missing, "each wants an Example of its name that uses it and has an Output")

	used := usedBy(pkg, shown(pkg))
	for _, name := range errorVariables(pkg) {
		if !used[name] {
			missing = append(missing, name)
		}
	}
	require.Empty(t, missing, "each wants to be used by an Example of a type or function that has an Output")
}

// A test that scripts what goes wrong finds every way to do so.
func TestExamples_ShowEveryFault(t *testing.T) {
	t.Parallel()
	pkg := documented(t, "elevenlabstest")
	used := usedBy(pkg, shown(pkg))
	var missing []string
	for _, typ := range pkg.Types {
		if !slices.Contains([]string{"Option", "Fault", "SocketStep"}, typ.Name) {
			continue
		}
		require.NotEmpty(t, typ.Funcs, typ.Name)
		for _, f := range typ.Funcs {
			if !used[f.Name] {
				missing = append(missing, f.Name)
			}
		}
	}
	require.Empty(t, missing, "each wants to be used by an Example that has an Output")
}

// go doc drops the examples whose names it cannot place, without a word; go vet
// accepts those that are named for a variable all the same.
func TestExamples_AreAllShown(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{".", "elevenlabstest"} {
		seen := map[string]bool{}
		for _, example := range shown(documented(t, dir)) {
			seen[example.Name] = true
		}
		all := doc.Examples(parsed(t, token.NewFileSet(), dir)...)
		require.NotEmpty(t, all)
		for _, example := range all {
			require.True(t, seen[example.Name], "Example%s in %s is shown nowhere", example.Name, dir)
		}
	}
}

// parsed are the files of a directory.
func parsed(t *testing.T, fset *token.FileSet, dir string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	files := make([]*ast.File, len(paths))
	for i, path := range paths {
		files[i], err = parser.ParseFile(fset, path, nil, parser.ParseComments)
		require.NoError(t, err)
	}
	return files
}

// documented is what go doc knows of a package.
func documented(t *testing.T, dir string) *doc.Package {
	t.Helper()
	fset := token.NewFileSet()
	pkg, err := doc.NewFromFiles(fset, parsed(t, fset, dir), dir)
	require.NoError(t, err)
	require.NotEmpty(t, pkg.Types)
	return pkg
}

// functions are those of a package, constructors of its types included.
func functions(pkg *doc.Package) []*doc.Func {
	all := slices.Clone(pkg.Funcs)
	for _, typ := range pkg.Types {
		all = append(all, typ.Funcs...)
	}
	return all
}

func errorVariables(pkg *doc.Package) []string {
	var names []string
	for _, group := range pkg.Vars {
		for _, name := range group.Names {
			if strings.HasPrefix(name, "Err") {
				names = append(names, name)
			}
		}
	}
	return names
}

// shown are the examples that go doc has a place for.
func shown(pkg *doc.Package) []*doc.Example {
	all := slices.Clone(pkg.Examples)
	for _, f := range functions(pkg) {
		all = append(all, f.Examples...)
	}
	for _, typ := range pkg.Types {
		all = append(all, typ.Examples...)
		for _, method := range typ.Methods {
			all = append(all, method.Examples...)
		}
	}
	return all
}

// usedBy are the names of a package that examples use which are run.
func usedBy(pkg *doc.Package, examples []*doc.Example) map[string]bool {
	used := map[string]bool{}
	for _, example := range examples {
		if example.Output == "" && !example.EmptyOutput {
			continue // only compiled
		}
		ast.Inspect(example.Code, func(n ast.Node) bool {
			if selector, ok := n.(*ast.SelectorExpr); ok {
				if from, ok := selector.X.(*ast.Ident); ok && from.Name == pkg.Name {
					used[selector.Sel.Name] = true
				}
			}
			return true
		})
	}
	return used
}
