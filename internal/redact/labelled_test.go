package redact

import (
	"strings"
	"testing"
)

// What people and programs paste of their own computer and network has a
// label, and no name of this computer to compare with.
func TestLabelledComputersAndNetworks(t *testing.T) {
	n, err := NewNames(strings.NewReader(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"from host WS-JANE01 on SSID HomeNet-Doe", "hostname=WS-JANE01", "Computer name: WS-JANE01", `"host": "WS-JANE01"`,
		"Workstation Name: WS-JANE01.", `Wi-Fi "HomeNet-Doe"`, "SSID: HomeNet-Doe",
	} {
		got := n.Text(text)
		if strings.Contains(got, "JANE") || strings.Contains(got, "HomeNet") {
			t.Errorf("%q became %q", text, got)
		}
		if again := n.Text(got); again != got {
			t.Errorf("%q became %q", got, again)
		}
	}
	for _, text := range []string{
		"the host refused the connection", "host www.alarm.com answers", "host: localhost", "the computer name is wrong",
		"the SSID is hidden", "no such host", "host 192.168.1.4", "a host name and a port", "hostname: mail.example.com", "machine learning",
	} {
		if got := n.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// A password is told in other languages, too.
func TestSpokenInOtherLanguages(t *testing.T) {
	for _, text := range []string{
		"Ihr Passwort lautet Hunter2!", "Das Kennwort ist Hunter2!", "Votre mot de passe est Hunter2!", "Su contraseña es Hunter2!",
		"La tua password è Hunter2!", "Uw wachtwoord is Hunter2!",
	} {
		if got := Text(text); strings.Contains(got, "Hunter2") {
			t.Errorf("%q became %q", text, got)
		}
	}
	for _, text := range []string{"Ihr Passwort ist falsch.", "Das Passwort ist abgelaufen", "Votre mot de passe est expiré", "Su contraseña es incorrecta", "Uw wachtwoord is verlopen"} {
		if got := Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// Markup inside JSON keeps its secret as well as markup does.
func TestEscapedMarkup(t *testing.T) {
	for _, text := range []string{`{"body":"\u003cpassword\u003eHunter2!\u003c/password\u003e"}`, `\u003Cuser\u003Ejoe\u003C/user\u003E\u003Cpassword\u003EHunter2!\u003C/password\u003E`} {
		got := Text(text)
		if strings.Contains(got, "Hunter2") || !strings.Contains(got, "/password") {
			t.Errorf("%q became %q", text, got)
		}
	}
}
