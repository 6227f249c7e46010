package lab

import (
	"net"
	"strconv"
	"sync"
	"testing"
)

// A server is told which port to listen on, and nobody may take that port
// before it does: whoever asked next would get the answers of another server.
// So each run of the lab has a block of ports to itself, below those that the
// system gives out by itself (from 32768 on Linux, from 49152 elsewhere), and
// gives each one out once until all were used. Its first port is held as long
// as the run lasts, which is how other runs see that the block is taken.
const (
	lowestPort = 12_000
	blockSize  = 500
	blocks     = 40
)

// A portBlock is what one run may use.
type portBlock struct {
	held  net.Listener
	first int
	mu    sync.Mutex
	given int
}

var ownPorts = sync.OnceValue(func() *portBlock {
	for i := range blocks {
		first := lowestPort + i*blockSize
		if l, err := net.Listen("tcp4", local(first)); err == nil {
			return &portBlock{held: l, first: first}
		}
	}
	return nil
})

func local(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// freePorts finds ports on which nobody listens, neither by TCP nor by UDP, and
// nobody will.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	b := ownPorts()
	if b == nil {
		t.Fatalf("every block of ports from %d to %d is taken", lowestPort, lowestPort+blocks*blockSize)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var ports []string
	for range blockSize {
		b.given = b.given%(blockSize-1) + 1
		if port := b.first + b.given; unused(port) {
			if ports = append(ports, strconv.Itoa(port)); len(ports) == n {
				return ports
			}
		}
	}
	t.Fatalf("there are no %d free ports from %d on", n, b.first)
	return nil
}

func freePort(t *testing.T) string { t.Helper(); return freePorts(t, 1)[0] }

func unused(port int) bool {
	l, err := net.Listen("tcp4", local(port))
	if err != nil {
		return false
	}
	defer l.Close()
	c, err := net.ListenPacket("udp4", local(port))
	if err != nil {
		return false
	}
	defer c.Close()
	return true
}

// No port is given out twice, and another run has other ones.
func TestPortsAreOurs(t *testing.T) {
	seen := map[string]bool{}
	for range blockSize / 2 {
		port := freePort(t)
		if seen[port] {
			t.Fatalf("port %s is given out twice", port)
		}
		seen[port] = true
	}
	if l, err := net.Listen("tcp4", local(ownPorts().first)); err == nil {
		l.Close()
		t.Error("the block's first port is not held")
	}
}
