package main

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// instructions are a Dockerfile's, a line each, continued lines joined.
func instructions(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	return all
}

// The image holds the program alone, runs it as nobody in particular, and writes
// in its volume only.
func TestImageKeepsItsPromises(t *testing.T) {
	all := instructions(t, "../../Dockerfile")
	last := 0
	for i, line := range all {
		if strings.HasPrefix(line, "FROM ") {
			last = i
		}
	}
	image := all[last:]
	for _, want := range []string{
		"FROM scratch", "USER 65532:65532", "VOLUME /data", "ENV SYNCFIX_DB=/data/syncfix.db", "ENV SYNCFIX_HTTP=127.0.0.1:9464", `ENTRYPOINT ["/syncfix"]`, `CMD ["run"]`,
		"COPY --from=build --chown=65532:65532 /out/data /data", "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/",
	} {
		if !slices.Contains(image, want) {
			t.Errorf("the image lacks %q", want)
		}
	}
	if !slices.ContainsFunc(image, func(s string) bool {
		return strings.HasPrefix(s, "HEALTHCHECK ") && strings.HasSuffix(s, ` CMD ["/syncfix", "health"]`)
	}) {
		t.Error("the image does not say how to ask it how it is")
	}
	for _, line := range image {
		if strings.HasPrefix(line, "RUN ") || strings.HasPrefix(line, "ADD ") {
			t.Errorf("%q can't be in an image without a shell, or brings something unseen", line)
		}
	}
	if !slices.ContainsFunc(all[:last], func(s string) bool { return strings.HasPrefix(s, "ENV ") && strings.Contains(s, "CGO_ENABLED=0") }) {
		t.Error("the program is not built static")
	}
}

// A file that git tracks and the build does not see makes the program call its
// commit changed.
func TestDockerIgnoresOnlyWhatGitDoes(t *testing.T) {
	ignored, err := os.ReadFile("../../.gitignore")
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Fields(string(ignored))
	lines := instructions(t, "../../.dockerignore")
	for _, line := range lines {
		if !slices.Contains(known, line) && !slices.Contains(known, line+"/") {
			t.Errorf("%s is not in .gitignore", line)
		}
	}
	if !slices.Contains(lines, ".env") {
		t.Error("the tokens of .env would be in the build's layers")
	}
}

// directives are a unit's, by name; one that is repeated has several values.
func directives(t *testing.T, path string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, section := map[string][]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || section == "" {
			t.Fatalf("%q is no line of a unit", line)
		}
		all[section+"."+name] = append(all[section+"."+name], value)
	}
	return all
}

func TestUnitKeepsItsPromises(t *testing.T) {
	unit := directives(t, "deploy/syncfix.service")
	for name, want := range map[string]string{
		"Service.ExecStart": "/usr/local/bin/syncfix run", "Service.DynamicUser": "yes", "Service.StateDirectory": "syncfix",
		"Service.StateDirectoryMode": "0700", "Service.UMask": "0077", "Service.NoNewPrivileges": "yes", "Service.CapabilityBoundingSet": "",
		"Service.ProtectSystem": "strict", "Service.ProtectHome": "yes", "Service.PrivateTmp": "yes", "Service.PrivateDevices": "yes",
		"Service.MemoryDenyWriteExecute": "yes", "Service.RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
		"Service.Restart": "on-failure", "Service.RestartPreventExitStatus": "2", "Service.TimeoutStopSec": "15",
		"Unit.After": "network-online.target", "Unit.Wants": "network-online.target", "Install.WantedBy": "multi-user.target",
	} {
		if got := unit[name]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if exitUsage != 2 {
		t.Error("the unit takes 2 for a wrong setting")
	}
	known := []string{"SLACK_BOT_TOKEN_FILE", "SLACK_APP_TOKEN_FILE"}
	for _, v := range variables() {
		known = append(known, v.name)
	}
	for _, line := range unit["Service.Environment"] {
		name, _, _ := strings.Cut(line, "=")
		if !slices.Contains(known, name) {
			t.Errorf("%s is no setting", name)
		}
		if name == "SLACK_BOT_TOKEN" || name == "SLACK_APP_TOKEN" {
			t.Errorf("%s stands in the environment, for every process of that user to read", name)
		}
	}
	if len(unit["Service.LoadCredential"]) != 2 {
		t.Errorf("the tokens come by %q", unit["Service.LoadCredential"])
	}
}

func TestComposeKeepsItsPromises(t *testing.T) {
	text, err := os.ReadFile("deploy/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Build       string            `yaml:"build"`
			EnvFile     string            `yaml:"env_file"`
			Environment map[string]string `yaml:"environment"`
			Volumes     []string          `yaml:"volumes"`
			ReadOnly    bool              `yaml:"read_only"`
			CapDrop     []string          `yaml:"cap_drop"`
			SecurityOpt []string          `yaml:"security_opt"`
		} `yaml:"services"`
		Volumes map[string]any `yaml:"volumes"`
	}
	if err := yaml.Unmarshal(text, &compose); err != nil {
		t.Fatal(err)
	}
	s := compose.Services["syncfix"]
	if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) ||
		!slices.Equal(s.Volumes, []string{"data:/data"}) || s.Environment["SYNCFIX_DB"] != "/data/syncfix.db" {
		t.Errorf("%+v", s)
	}
	if _, err := os.Stat(filepath.Join("deploy", s.Build, "Dockerfile")); err != nil {
		t.Error(err)
	}
	if _, ok := compose.Volumes["data"]; !ok || filepath.Join("deploy", s.EnvFile) != filepath.FromSlash("../../.env") {
		t.Errorf("volumes %v, settings from %s", compose.Volumes, s.EnvFile)
	}
}

// The Dockerfile's flags, used twice, in two places, give the same static program.
func TestTheSameSourceGivesTheSameProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	flags := buildFlags(t)
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	for _, dir := range []string{"bot", "cmd", "diagnose", "playbooks"} {
		if err := os.CopyFS(filepath.Join(elsewhere, dir), os.DirFS(filepath.Join(top, dir))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(top, file))
		if err == nil {
			err = os.WriteFile(filepath.Join(elsewhere, file), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	here, there := built(t, top, flags), built(t, elsewhere, flags)
	one, err := os.ReadFile(here)
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(there)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("built in two places, the program differs (%v)", err)
	}
	if bytes.Contains(one, []byte(top)) {
		t.Error("the program names the folder it was built in")
	}
	if out, err := exec.CommandContext(t.Context(), here, "version").Output(); err != nil || !strings.HasPrefix(string(out), "syncfix ") {
		t.Errorf("version says %q, %v", out, err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	program, err := elf.NewFile(bytes.NewReader(one))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
			t.Errorf("the program is not static: it has %s", part.Type)
		}
	}
}

// buildFlags are those that the Dockerfile builds with.
func buildFlags(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	flags := regexp.MustCompile(`(?m)^RUN go build (.*) -o `).FindSubmatch(text)
	if flags == nil {
		t.Fatal("the Dockerfile builds nothing")
	}
	if !bytes.Contains(flags[1], []byte("-trimpath")) || !bytes.Contains(flags[1], []byte("-buildvcs=true")) {
		t.Errorf("it builds with %s", flags[1])
	}
	// Whether a commit is there depends on where the test runs.
	return strings.Fields(strings.Replace(string(flags[1]), "-buildvcs=true", "-buildvcs=false", 1))
}

// built builds the program of the tree at dir and returns its path.
func built(t *testing.T, dir string, args []string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "syncfix")
	build := exec.CommandContext(t.Context(), "go", slices.Concat([]string{"build"}, args, []string{"-o", out, "./cmd/syncfix"})...)
	build.Dir = dir
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", build.Args, err, said)
	}
	return out
}
