package probe

import (
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// A tlsTarget is where to connect, and the name to be proved there.
type tlsTarget struct {
	address string // host:port
	name    string // host name or address
	plain   bool   // an http:// page: there is nothing to judge
}

// parseTLSTarget reads HOST, HOST:PORT or a whole URL. Its errors do not
// repeat the text: a URL may hold a password.
func parseTLSTarget(address, serverName string) (tlsTarget, error) {
	scheme, _, isURL := strings.Cut(strings.TrimSpace(address), "://")
	if isURL && strings.EqualFold(scheme, "http") {
		return tlsTarget{plain: true}, nil
	}
	host, err := hostOf(address)
	if err != nil {
		return tlsTarget{}, errors.New("address: " + err.Error())
	}
	port, err := givenPort(address)
	if err != nil {
		return tlsTarget{}, err
	}
	if port == "" {
		if isURL && !strings.EqualFold(scheme, "https") {
			return tlsTarget{}, errors.New("address: of a URL that is not https, the port must be given")
		}
		port = "443"
	}
	t := tlsTarget{address: net.JoinHostPort(host, port), name: host}
	if serverName == "" {
		return t, nil
	}
	if t.name, err = hostOf(serverName); err != nil {
		return tlsTarget{}, errors.New("server-name: " + err.Error())
	}
	return t, nil
}

// errPort: what stands for a port is none.
var errPort = errors.New("a port is a number from 1 to 65535")

// givenPort is the port of a host:port or URL, or empty.
func givenPort(address string) (string, error) {
	address = strings.TrimSpace(address)
	if net.ParseIP(strings.Trim(address, "[]")) != nil {
		return "", nil
	}
	if !strings.Contains(address, "://") {
		address = "//" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("address: not a host name or an address of a page")
	}
	port := u.Port()
	if n, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || n == 0) {
		return "", errors.New("address: " + errPort.Error())
	}
	return port, nil
}

// mostCertificates bounds a file of authorities: the whole list of the public
// ones has less than half of that.
const mostCertificates = 1 << 20

// trustedRoots adds the authorities of a file to those that are trusted
// anyway. Nil means the system's own.
func trustedRoots(known *x509.CertPool, file string) (*x509.CertPool, error) {
	if file == "" {
		return known, nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, errors.New("ca-file: the file cannot be opened")
	}
	if info.Size() > mostCertificates {
		return nil, errors.New("ca-file: over 1 MB is no list of certificates")
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, errors.New("ca-file: the file cannot be read")
	}
	pool, err := startPool(known)
	if err != nil {
		return nil, errors.New("ca-file: the system's own list of authorities cannot be read")
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("ca-file: no certificate (PEM) in it")
	}
	return pool, nil
}

func startPool(known *x509.CertPool) (*x509.CertPool, error) {
	if known != nil {
		return known.Clone(), nil
	}
	return x509.SystemCertPool()
}
