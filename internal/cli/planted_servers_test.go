package cli_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/authdoctor/authdoctor/internal/cli"
)

// marker stands beside a secret, to see that what a server said was shown.
const marker = "plantedmark"

// A talker is a server that says a text in every place that its protocol has
// for one.
type talker struct {
	name  string
	shown bool // the text is shown, so that something is searched
	start func(t *testing.T, text string) []string
}

var talkers = []talker{
	{"imap", true, func(t *testing.T, text string) []string {
		return []string{"imap", "--tls", "none", "--address", lineServer(t, "* OK [ALERT] "+text+"\r\n", func(line string) string {
			tag, _, _ := strings.Cut(line, " ")
			return "* BAD " + text + "\r\n" + tag + " NO [ALERT] " + text + "\r\n"
		})}
	}},
	{"imap refuses", true, func(t *testing.T, text string) []string {
		return []string{"imap", "--tls", "none", "--address", lineServer(t, "* BYE "+text+"\r\n", nil)}
	}},
	{"smtp", true, func(t *testing.T, text string) []string {
		return []string{"smtp", "--tls", "none", "--address", lineServer(t, "220 "+text+"\r\n", func(string) string {
			return "550-" + text + "\r\n550 5.7.1 " + text + "\r\n"
		})}
	}},
	{"smtp refuses", true, func(t *testing.T, text string) []string {
		return []string{"smtp", "--tls", "none", "--address", lineServer(t, "554 "+text+"\r\n", nil)}
	}},
	{"ssh", true, func(t *testing.T, text string) []string {
		return []string{"ssh", "--address", lineServer(t, text+"\r\nSSH-2.0-"+text+"\r\n", nil)}
	}},
	{"not ssh", false, func(t *testing.T, text string) []string {
		return []string{"ssh", "--address", lineServer(t, "HTTP/1.1 400 "+text+"\r\n\r\n"+text, nil)}
	}},
	{"ldap", true, func(t *testing.T, text string) []string {
		return []string{"ldap", "--url", "ldap://" + ldapServer(t, text)}
	}},
	{"snmp", false, func(t *testing.T, text string) []string {
		return []string{"snmp", "--address", snmpServer(t, text), "--community-file", write(t, "community", "public")}
	}},
	{"s3", true, func(t *testing.T, text string) []string {
		url := webServer(t, 403, "application/xml", `<?xml version="1.0"?><Error><Code>`+escapeXML(text)+`</Code><Message>`+escapeXML(text)+`</Message><RequestId>`+escapeXML(text)+`</RequestId><Region>`+escapeXML(text)+`</Region></Error>`, text)
		return []string{"s3", "--insecure", "yes", "--url", url, "--access-key-file", write(t, "a", "AKIA"+"PLANTED7EXAMPLE9"), "--secret-key-file", write(t, "s", "wJalrXUtnFEMI/K7MDENG/bPxRfiPLANTED")}
	}},
	{"oidc", true, func(t *testing.T, text string) []string {
		whole, _ := json.Marshal(map[string]any{"issuer": "https://issuer.example/" + text, "token_endpoint": "https://issuer.example/?x=" + text, "jwks_uri": "http://127.0.0.1:1/" + text, "error": text, "grant_types_supported": []string{text}})
		return []string{"oidc", "--issuer", webServer(t, 200, "application/json", string(whole), text)}
	}},
	{"oidc refuses", false, func(t *testing.T, text string) []string {
		whole, _ := json.Marshal(map[string]string{"error": text, "error_description": text})
		return []string{"oidc", "--issuer", webServer(t, 400, "application/json", string(whole), text)}
	}},
	{"http", false, func(t *testing.T, text string) []string {
		return []string{"http", "--url", webServer(t, 403, "text/html", "<title>"+text+"</title><h1>"+text+"</h1>", text)}
	}},
	{"http_auth", true, func(t *testing.T, text string) []string {
		return []string{"http_auth", "--url", webServer(t, 401, "text/html", "<title>"+text+"</title>", text)}
	}},
	{"tls", true, func(t *testing.T, text string) []string { return []string{"tls", "--address", tlsServer(t, text)} }},
	{"ntp", false, func(t *testing.T, text string) []string {
		return []string{"clock", "--server", ntpServer(t, text), "--date-url", dateServer(t, text)}
	}},
	{"dns", true, func(t *testing.T, text string) []string {
		text = strings.ReplaceAll(text, " "+marker, "."+marker)             // no name has a space
		if strings.Contains(text, " ") || strings.HasPrefix(text, "ASP.") { // dots are escaped in names
			text = marker
		}
		return []string{"dns", "--name", "login.example.org", "--resolver", dnsServer(t, text)}
	}},
}

// Each server says each secret, and what a check makes of it is searched.
func plantTalkers(t *testing.T) {
	counted := false
	for i, tk := range talkers {
		shown := false
		for j, p := range planted() {
			text := strings.ReplaceAll(p.text, "\n", " ") + " " + marker
			args := append([]string{"probe"}, tk.start(t, text)...)
			format := "json"
			if (i+j)%5 == 0 {
				format = "text"
			}
			kept := t.TempDir()
			got := run(t, func(s *cli.System) {
				home(kept)(s) // where tries are counted
				s.Now, s.Probe = cli.OS().Now, cli.OS().Probe
				s.Probe.Getenv = s.Getenv
			}, append(args, "--format", format, "--timeout", "2s")...)
			search(t, "server "+tk.name, got.stdout+got.stderr)
			if files, err := os.ReadDir(kept); err != nil || len(files) > 0 {
				counted = true
				searchFiles(t, "kept of server "+tk.name, kept)
			}
			shown = shown || strings.Contains(got.stdout, marker)
			if got.code == 2 {
				t.Fatalf("%s: %s", tk.name, got.stderr)
			}
		}
		if shown != tk.shown {
			t.Errorf("%s: what the server says is shown: %t", tk.name, shown)
		}
	}
	if !counted {
		t.Error("no try was counted, so that nothing kept was searched")
	}
}

// lineServer greets, and answers each line.
func lineServer(t *testing.T, greeting string, answer func(string) string) string {
	return listen(t, func(c net.Conn) {
		_, _ = c.Write([]byte(greeting))
		lines := bufio.NewScanner(c)
		for answer != nil && lines.Scan() {
			_, _ = c.Write([]byte(answer(lines.Text())))
		}
	})
}

// listen serves each connection until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(5 * time.Second))
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

// webServer says a text in its headers and in its body.
func webServer(t *testing.T, status int, kind, body, text string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{"Server", "X-Request-Id", "X-Amz-Request-Id", "X-Amz-Bucket-Region", "Via", "Retry-After", "Set-Cookie", "Www-Authenticate"} {
			value := text
			if name == "Www-Authenticate" {
				value = `Bearer realm="` + text + `", error="invalid_token", error_description="` + text + `"`
			}
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func escapeXML(s string) string { return strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(s) }

// tlv is an element in BER, as LDAP and SNMP write them.
func tlv(tag byte, parts ...[]byte) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, p...)
	}
	return append([]byte{tag, 0x82, byte(len(body) >> 8), byte(len(body))}, body...)
}

func number(n int) []byte { b, _ := asn1.Marshal(n); return b }

// ldapServer describes itself with a text, and refuses with it.
func ldapServer(t *testing.T, text string) string {
	return listen(t, func(c net.Conn) {
		request := make([]byte, 4096)
		for {
			n, err := c.Read(request)
			if err != nil {
				return
			}
			var message struct {
				ID int
				Op asn1.RawValue
			}
			if _, err := asn1.Unmarshal(request[:n], &message); err != nil {
				// what follows the operation is of no interest
				var whole asn1.RawValue
				_, _ = asn1.Unmarshal(request[:n], &whole)
				rest, _ := asn1.Unmarshal(whole.Bytes, &message.ID)
				_, _ = asn1.Unmarshal(rest, &message.Op)
			}
			text := []byte(text)
			if message.Op.Tag == 3 { // a search
				attribute := tlv(0x30, tlv(4, []byte("vendorName")), tlv(0x31, tlv(4, text)))
				_, _ = c.Write(tlv(0x30, number(message.ID), tlv(0x64, tlv(4), tlv(0x30, attribute))))
			}
			answer := tlv(0x60|map[int]byte{0: 1, 3: 5, 23: 24}[message.Op.Tag], tlv(0x0a, []byte{53}), tlv(4, text), tlv(4, text))
			if _, err := c.Write(tlv(0x30, number(message.ID), answer)); err != nil {
				return
			}
		}
	})
}

// packetServer answers each packet with what the answers to it are.
func packetServer(t *testing.T, answers func(request []byte) [][]byte) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		request := make([]byte, 4096)
		for {
			n, from, err := c.ReadFrom(request)
			if err != nil {
				return
			}
			for _, answer := range answers(request[:n]) {
				_, _ = c.WriteTo(answer, from)
			}
		}
	}()
	return c.LocalAddr().String()
}

// snmpServer answers whatever it is asked for with a text.
func snmpServer(t *testing.T, text string) string {
	return packetServer(t, func(request []byte) [][]byte {
		var message struct {
			Version   int
			Community []byte
			PDU       asn1.RawValue
		}
		var pdu struct {
			ID, Status, Index int
			Binds             []struct {
				OID   asn1.ObjectIdentifier
				Value asn1.RawValue
			}
		}
		if _, err := asn1.Unmarshal(request, &message); err != nil {
			return nil
		}
		if _, err := asn1.UnmarshalWithParams(message.PDU.FullBytes, &pdu, fmt.Sprint("tag:", message.PDU.Tag)); err != nil {
			return nil
		}
		var binds [][]byte
		for _, b := range pdu.Binds {
			oid, _ := asn1.Marshal(b.OID)
			binds = append(binds, tlv(0x30, oid, tlv(4, []byte(text))))
		}
		answer := tlv(0xa2, number(pdu.ID), number(0), number(0), tlv(0x30, binds...))
		return [][]byte{tlv(0x30, number(message.Version), tlv(4, message.Community), answer)}
	})
}

// ntpServer answers with a text, and then with a refusal that has the text
// behind it, where NTP has its extensions.
func ntpServer(t *testing.T, text string) string {
	return packetServer(t, func(request []byte) [][]byte {
		if len(request) < 48 {
			return nil
		}
		answer := make([]byte, 48, 48+len(text))
		answer[0] = 3<<6 | 4<<3 | 4 // not set, version 4, a server
		copy(answer[12:16], text)   // why it refuses
		copy(answer[24:32], request[40:48])
		return [][]byte{[]byte(text), append(answer, text...)}
	})
}

// dateServer says a text where the time should be.
func dateServer(t *testing.T, text string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{"Date", "Server", "Age"} {
			w.Header().Set(name, text)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// plantKey is one for all certificates: only what they say matters.
var plantKey = func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}()

// tlsServer has a certificate that says a text wherever one has room for it.
func tlsServer(t *testing.T, text string) string {
	t.Helper()
	name := pkix.Name{CommonName: text, Organization: []string{text}, OrganizationalUnit: []string{text}, Country: []string{text}}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: name, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{sanOf(text)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, plantKey.Public(), plantKey)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: plantKey}}}
	return listen(t, func(c net.Conn) { _ = tls.Server(c, config).Handshake() })
}

// sanOf is a name in a certificate, which has no spaces.
func sanOf(text string) string {
	name := strings.TrimSuffix(text, " "+marker)
	if strings.ContainsFunc(name, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return "localhost"
	}
	return name
}

// dnsServer says that a name is another one, made of a text.
func dnsServer(t *testing.T, text string) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	alias := ""
	for rest := strings.NewReplacer(" ", "_", `\`, "_", ".", `\.`, `"`, `\"`, "(", `\(`, ")", `\)`, ";", `\;`, "@", `\@`, "$", `\$`).Replace(text); rest != ""; {
		n := min(len(rest), 50)
		if n < len(rest) && rest[n-1] == '\\' {
			n--
		}
		alias, rest = alias+rest[:n]+".", rest[n:]
	}
	s := &dns.Server{PacketConn: c, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Answer = []dns.RR{&dns.CNAME{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 60}, Target: alias}}
		_ = w.WriteMsg(m)
	})}
	go func() { _ = s.ActivateAndServe() }()
	t.Cleanup(func() { _ = s.Shutdown() })
	return c.LocalAddr().String()
}
