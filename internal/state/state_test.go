package state

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestFolder(t *testing.T) {
	abs := func(parts ...string) string {
		root := "/"
		if runtime.GOOS == "windows" {
			root = `C:\`
		}
		return filepath.Join(append([]string{root}, parts...)...)
	}
	for _, c := range []struct {
		name, goos string
		env        map[string]string
		want       string
	}{
		{"named", "linux", map[string]string{"XDG_STATE_HOME": abs("s"), "HOME": abs("h")}, abs("s", "authdoctor")},
		{"a relative one counts for nothing", "linux", map[string]string{"XDG_STATE_HOME": "s", "HOME": abs("h")}, abs("h", ".local", "state", "authdoctor")},
		{"macOS", "darwin", map[string]string{"HOME": abs("h")}, abs("h", "Library", "Application Support", "authdoctor")},
		{"Windows", "windows", map[string]string{"LocalAppData": abs("l"), "HOME": abs("h")}, abs("l", "authdoctor")},
		{"nowhere", "linux", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Folder(func(k string) string { return c.env[k] }, c.goos); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestFilesArePrivateAndWhole(t *testing.T) {
	d := Dir(filepath.Join(t.TempDir(), "a", "b"))
	if data, err := d.Read("f"); err != nil || data != nil {
		t.Fatalf("what is not there reads as nothing, got %q %v", data, err)
	}
	for _, text := range []string{"one", "two"} {
		if err := d.Replace("f", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Read("f"); string(got) != text || err != nil {
			t.Errorf("got %q %v, want %q", got, err, text)
		}
	}
	left, err := os.ReadDir(string(d))
	if err != nil || len(left) != 1 {
		t.Errorf("something was left beside it: %v %v", left, err)
	}
	if runtime.GOOS == "windows" {
		return // which has no such modes
	}
	for path, want := range map[string]os.FileMode{string(d): 0o700, d.Path("f"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, want %v", path, info.Mode().Perm(), want)
		}
	}
}

func TestALockKeepsOthersOut(t *testing.T) {
	d := Dir(t.TempDir())
	unlock, err := d.Lock(t.Context(), "lock")
	if err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Lock(over, "lock"); err == nil {
		t.Error("a second one got the lock")
	}
	unlock()
	unlock, err = d.Lock(t.Context(), "lock")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestNowhere(t *testing.T) {
	if err := Dir("").Replace("f", nil); err == nil {
		t.Error("kept in no folder")
	}
}
