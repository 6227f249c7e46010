package probe

import (
	"context"
	"net"
	"os"
	"runtime"
	"time"

	"github.com/miekg/dns"
)

// resolvConf lists the system's name servers, on systems that have it.
const resolvConf = "/etc/resolv.conf"

// System is the real world: this computer's clock, network, environment and
// trust.
func System() Env {
	return Env{
		Now:       time.Now,
		Dial:      new(net.Dialer).DialContext,
		Getenv:    os.Getenv,
		Resolvers: func() []string { return resolvers(resolvConf) },
		LookupHost: func(ctx context.Context, host string) ([]string, error) {
			return net.DefaultResolver.LookupHost(ctx, host)
		},
		Interfaces: addressesUp,
		OS:         runtime.GOOS,
		Command:    runCommand,
	}
}

// resolvers reads the name servers out of a file like resolv.conf.
func resolvers(path string) []string {
	config, err := dns.ClientConfigFromFile(path)
	if err != nil {
		return nil
	}
	var list []string
	for _, server := range config.Servers {
		list = append(list, net.JoinHostPort(server, config.Port))
	}
	return list
}

// addressesUp lists the addresses of the interfaces that are up. An interface
// that goes away meanwhile has none.
func addressesUp() ([]net.Addr, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var list []net.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err == nil {
			list = append(list, addresses...)
		}
	}
	return list, nil
}
