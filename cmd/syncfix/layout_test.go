package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.." // of the repository

// What may stand beside the four folders that hold all code, dot-files apart.
var (
	codeFolders = []string{"bot", "cmd", "diagnose", "playbooks"}
	otherFiles  = []string{"go.mod", "go.sum", "README.md", "CHANGELOG.md", "LICENSE", "Dockerfile"}
)

// ours says which packages of this repository a package may import, tests apart.
// Imports run one way: cmd → adapters → bot → diagnose. The sandbox knows none
// of them, so that it can't share a misunderstanding.
var ours = map[string][]string{
	"diagnose":      {},
	"playbooks":     {"diagnose"},
	"bot":           {"diagnose"},
	"bot/slackio":   {"bot", "diagnose"},
	"bot/boltstore": {"bot", "diagnose"},
	"bot/memstore":  {"bot", "diagnose"},
	"bot/pgstore":   {"bot", "diagnose"},
	"bot/storetest": {"bot", "diagnose"},
	"bot/schedule":  {"bot", "diagnose"},
	"bot/httpapi":   {"bot", "diagnose"},
	"bot/sandbox":   {},
	"cmd/syncfix": {
		"bot", "bot/boltstore", "bot/memstore", "bot/pgstore", "bot/schedule", "bot/httpapi", "bot/slackio", "bot/sandbox", "diagnose", "playbooks",
	},
}

// theirs says which packages may import a module of others; "_test" stands for
// any test.
var theirs = map[string][]string{
	"github.com/slack-go/slack":             {"bot/slackio", "bot/slackio_test", "bot/sandbox_test"},
	"github.com/gorilla/websocket":          {"bot/slackio", "bot/sandbox", "_test"},
	"github.com/robfig/cron/v3":             {"bot/schedule"},
	"github.com/boltdb/bolt":                {"bot/boltstore", "bot/boltstore_test"},
	"github.com/goccy/go-yaml":              {"playbooks", "playbooks_test", "cmd/syncfix_test"},
	"github.com/alecthomas/kong":            {"cmd/syncfix"},
	"github.com/joho/godotenv":              {"cmd/syncfix", "cmd/syncfix_test"},
	"golang.org/x/time":                     {"bot/slackio"},
	"charm.land/huh/v2":                     {"cmd/syncfix"},
	"github.com/prometheus/client_golang":   {"bot/httpapi", "bot/httpapi_test"},
	"github.com/invopop/jsonschema":         {"playbooks"},
	"github.com/santhosh-tekuri/jsonschema": {"_test"},
	"github.com/chromedp/chromedp":          {"_test"},
	"github.com/chromedp/cdproto":           {"_test"},
	"github.com/google/go-cmp":              {"_test", "bot/storetest"},
	"github.com/rogpeppe/go-internal":       {"_test"},
	"go.uber.org/goleak":                    {"_test"},
	"pgregory.net/rapid":                    {"_test", "bot/storetest"},
}

// notInDiagnose are the standard packages that bring a clock, I/O, chance or a log.
var notInDiagnose = []string{"bufio", "io", "io/fs", "log", "log/slog", "math/rand", "math/rand/v2", "net", "net/http", "os", "os/exec", "syscall"}

// onlyInCmd are the functions that read the environment or end the process.
var onlyInCmd = []string{
	"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.Setenv", "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "syscall.Getenv", "syscall.Exit",
}

func TestTopLevelHoldsOnlyWhatItShould(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case strings.HasPrefix(name, "."):
		case e.IsDir() && !slices.Contains(codeFolders, name):
			t.Errorf("folder %s: all code lives in %v; anything else belongs in a folder that begins with a dot", name, codeFolders)
		case !e.IsDir() && !slices.Contains(otherFiles, name):
			t.Errorf("file %s: the top level holds %v and dot-files", name, otherFiles)
		}
	}
}

func TestImportsRunOneWay(t *testing.T) {
	var packages []string
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".") && e.Name() != "..") {
			return filepath.SkipDir
		}
		if filepath.Ext(file) != ".go" {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if dir := path.Dir(rel); !slices.Contains(packages, dir) {
			packages = append(packages, dir)
		}
		for _, problem := range check(rel, string(source)) {
			t.Error(problem)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 8 {
		t.Errorf("only %v were looked at", packages)
	}
	for _, dir := range packages {
		if _, err := os.Stat(filepath.Join(root, dir, "doc.go")); err != nil {
			t.Errorf("package %s has no doc.go that says what it is for", dir)
		}
	}
}

// Every package's tests look for goroutines that they leave running.
func TestEveryPackageLooksForLeaks(t *testing.T) {
	for dir := range ours {
		files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		looks := len(files) == 0 // storetest's tests run in the stores
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			looks = looks || strings.Contains(string(source), "goleak.VerifyTestMain(") || strings.Contains(string(source), "goleak.Find(")
		}
		if !looks {
			t.Errorf("package %s: its TestMain does not call goleak.VerifyTestMain", dir)
		}
	}
}

func TestLayoutRulesCatchWhatTheyShould(t *testing.T) {
	for _, c := range []struct{ name, file, source, want string }{
		{"backwards", "diagnose/x.go", `import "syncfix/bot"`, "may not import syncfix/bot"},
		{"sandbox knows us", "bot/sandbox/x_test.go", `import "syncfix/bot"`, "may not import syncfix/bot"},
		{"slack outside slackio", "bot/x.go", `import "github.com/slack-go/slack"`, "may not import github.com/slack-go/slack"},
		{"slack in the sandbox itself", "bot/sandbox/x.go", `import "github.com/slack-go/slack/socketmode"`, "may not import"},
		{"slack in the sandbox's tests", "bot/sandbox/x_test.go", `import "github.com/slack-go/slack"`, ""},
		{"diagnose with others' code", "diagnose/x.go", `import "golang.org/x/text"`, "may not import golang.org/x/text"},
		{"diagnose with I/O", "diagnose/x.go", `import "os"`, "may not import os"},
		{"diagnose with a clock", "diagnose/x.go", `import "time"; var now = time.Now()`, "time.Now"},
		{"a test's own needs", "diagnose/x_test.go", `import ("os"; "pgregory.net/rapid")`, ""},
		{"environment in bot", "bot/x.go", `import "os"; func f() string { return os.Getenv("X") }`, "os.Getenv"},
		{"exit in a store", "bot/boltstore/x.go", `import "os"; func f() { os.Exit(1) }`, "os.Exit"},
		{"exit in cmd", "cmd/syncfix/x.go", `import "os"; func f() { os.Exit(1) }`, ""},
		{"bolt outside boltstore", "cmd/syncfix/x.go", `import bolt "github.com/boltdb/bolt"`, "may not import github.com/boltdb/bolt"},
		{"unknown package", "bot/other/x.go", ``, "is not in the layout"},
		{"init", "bot/x.go", `func init() {}`, "init"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(check(c.file, "package x\n"+c.source), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// check says what a source file does that the layout forbids.
func check(file, source string) []string {
	dir, test := path.Dir(file), strings.HasSuffix(file, "_test.go")
	f, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
	if err != nil {
		return []string{err.Error()}
	}
	if _, ok := ours[dir]; !ok {
		return []string{fmt.Sprintf("%s: package %s is not in the layout", file, dir)}
	}
	var problems []string
	say := func(format string, args ...any) {
		problems = append(problems, file+": "+fmt.Sprintf(format, args...))
	}
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil || !mayImport(dir, name, test) {
			say("package %s may not import %s", dir, name)
		}
	}
	if test {
		return problems
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				say("no init functions: what happens at the start stands in cmd")
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if !ok {
				break
			}
			name := x.Name + "." + n.Sel.Name
			if dir != "cmd/syncfix" && slices.Contains(onlyInCmd, name) {
				say("%s belongs in cmd", name)
			}
			if dir == "diagnose" && (name == "time.Now" || name == "time.Since" || name == "time.Until") {
				say("%s: diagnose has no clock", name)
			}
		}
		return true
	})
	return problems
}

func mayImport(dir, name string, test bool) bool {
	if rest, own := strings.CutPrefix(name, "syncfix/"); own {
		// Tests may use any package of ours, but for the sandbox's and diagnose's.
		return slices.Contains(ours[dir], rest) || test && (rest == dir || dir != "bot/sandbox" && dir != "diagnose")
	}
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") { // the standard library
		return dir != "diagnose" || test || !slices.Contains(notInDiagnose, name)
	}
	if dir == "diagnose" && !test {
		return false
	}
	for module, users := range theirs {
		if name == module || strings.HasPrefix(name, module+"/") {
			if test {
				return slices.Contains(users, dir+"_test") || slices.Contains(users, "_test")
			}
			return slices.Contains(users, dir)
		}
	}
	return false
}
