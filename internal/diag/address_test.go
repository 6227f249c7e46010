package diag_test

import (
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		"https://www.alarm.com/login":  "https://www.alarm.com/login",
		" my.example.com/login ":       "https://my.example.com/login",
		"http://127.0.0.1:8080/":       "http://127.0.0.1:8080/",
		"[::1]:8443":                   "https://[::1]:8443",
		"localhost:8080":               "https://localhost:8080",
		"no idea, my husband knows":    "",
		"dunno":                        "",
		"ftp://files.example.org":      "",
		"https://me:pw@my.example.com": "",
		"https://":                     "",
		"":                             "",
		"javascript:alert(1)":          "",
		"http://[::1":                  "",
	} {
		got, err := diag.Address(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q (%v), want %q", text, got, err, want)
		}
	}
}
