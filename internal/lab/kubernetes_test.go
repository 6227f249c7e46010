package lab

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// kubernetes is the module whose published description of the interface the
// schemas are made of; .ci/run fetches the same version.
const kubernetes = "k8s.io/kubernetes@v1.37.2"

// The manifests are what a cluster takes, strictly: kubeconform finds no
// unknown key and no wrong type. Its schemas are made here from what
// Kubernetes publishes, since those that it fetches by itself lie on a server.
func TestManifests(t *testing.T) {
	kubeconform := goProgram(t, "kubeconform", "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0")
	dir := schemasOf(t, swagger(t))
	conform := func(path string) (string, error) {
		out, err := exec.Command(kubeconform, "-strict", "-summary", "-verbose", "-schema-location", dir+"/{{.ResourceKind}}{{.KindSuffix}}.json", path).CombinedOutput()
		return string(out), err
	}
	out, err := conform(filepath.Join(fleetDir, "kubernetes"))
	if err != nil || !strings.Contains(out, "Valid: 5, Invalid: 0, Errors: 0, Skipped: 0") {
		t.Errorf("%v\n%s", err, out)
	}
	// A slip is found, or the schemas would hold nothing.
	text := string(read(t, filepath.Join(fleetDir, "kubernetes", "serve.yaml")))
	for slip, mended := range map[string]string{"readOnlyRootFileSystem": "readOnlyRootFilesystem", "replicas: one": "replicas: 1", "httpGets:": "httpGet:"} {
		bad := filepath.Join(t.TempDir(), "serve.yaml")
		if err := os.WriteFile(bad, []byte(strings.ReplaceAll(text, mended, slip)), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := conform(bad); err == nil {
			t.Errorf("%s is not found\n%s", slip, out)
		}
	}
}

// swagger is the description of the interface, from the modules that are here.
func swagger(t *testing.T) []byte {
	t.Helper()
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(cache)), filepath.FromSlash(kubernetes), "api", "openapi-spec", "swagger.json"))
	if err == nil {
		return data
	}
	missing := "the description of Kubernetes is not here: go mod download " + kubernetes
	if required() {
		t.Fatal(missing)
	}
	t.Skip(missing) // a failure where the lab is required, as in CI
	return nil
}

// schemasOf writes a schema for each kind, under the name that kubeconform
// looks for.
func schemasOf(t *testing.T, data []byte) string {
	t.Helper()
	var doc struct{ Definitions map[string]map[string]any }
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	dir, kinds := t.TempDir(), 0
	for name, d := range doc.Definitions {
		strict(name, d)
	}
	put := func(name string, v any) {
		data, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("all.json", map[string]any{"definitions": doc.Definitions})
	for name, d := range doc.Definitions {
		list, _ := d["x-kubernetes-group-version-kind"].([]any)
		if len(list) != 1 {
			continue // what is of no group, or of every one
		}
		of, _ := list[0].(map[string]any)
		group, _, _ := strings.Cut(of["group"].(string), ".")
		file := strings.ToLower(of["kind"].(string)) + "-"
		if group != "" {
			file += group + "-"
		}
		put(file+of["version"].(string)+".json", map[string]any{"$ref": "all.json#/definitions/" + name})
		kinds++
	}
	if kinds < 100 {
		t.Fatalf("only %d kinds are described", kinds)
	}
	return dir
}

// strict closes a definition: no key but those that it names. What has several
// forms on the wire is said as the interface has it.
func strict(name string, d map[string]any) {
	switch {
	case strings.HasSuffix(name, ".IntOrString"):
		delete(d, "type")
		delete(d, "format")
		d["type"] = []string{"string", "integer"}
	case strings.HasSuffix(name, ".Quantity"):
		d["type"] = []string{"string", "number"}
	case d["properties"] != nil:
		d["additionalProperties"] = false
	}
}
