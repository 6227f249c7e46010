package lab

import (
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// startAD serves answers of Active Directory, in this process: the real one
// cannot be had. The user's name says which data code he gets; "ok" is let in.
// It gives the address and the authority's file.
func startAD(t *testing.T) (address, ca string) {
	t.Helper()
	cert := newCert(t)
	pair, err := tls.LoadX509KeyPair(cert.cert, cert.key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { serveAD(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait() // a client that is done hangs up
	})
	return l.Addr().String(), cert.ca
}

func serveAD(conn net.Conn) {
	defer conn.Close()
	for {
		request, err := ber.ReadPacket(conn)
		if err != nil || len(request.Children) < 2 {
			return
		}
		op := request.Children[1]
		switch op.Tag {
		case ldap.ApplicationSearchRequest:
			sendLDAP(conn, request, adRoot())
			sendLDAP(conn, request, ldapResult(ldap.ApplicationSearchResultDone, 0, ""))
		case ldap.ApplicationBindRequest:
			user, _, _ := strings.Cut(ber.DecodeString(op.Children[1].ByteValue), "@")
			if user == "ok" {
				sendLDAP(conn, request, ldapResult(ldap.ApplicationBindResponse, 0, ""))
				continue
			}
			text := "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data " + user + ", v4563\x00"
			sendLDAP(conn, request, ldapResult(ldap.ApplicationBindResponse, 49, text))
		}
	}
}

// adRoot is what tells a domain controller from another directory.
func adRoot() *ber.Packet {
	list := ber.NewSequence("")
	for name, value := range map[string]string{"domainFunctionality": "7", "dnsHostName": "dc1.lab.test", "namingContexts": "DC=lab,DC=test"} {
		values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		values.AppendChild(octets(value))
		attribute := ber.NewSequence("")
		attribute.AppendChild(octets(name))
		attribute.AppendChild(values)
		list.AppendChild(attribute)
	}
	entry := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	entry.AppendChild(octets(""))
	entry.AppendChild(list)
	return entry
}

func octets(text string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, text, "")
}

func ldapResult(tag ber.Tag, code int, text string) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	p.AppendChild(octets(""))
	p.AppendChild(octets(text))
	return p
}

func sendLDAP(conn net.Conn, request, op *ber.Packet) {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, request.Children[0].Value, ""))
	p.AppendChild(op)
	_, _ = conn.Write(p.Bytes())
}
