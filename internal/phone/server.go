package phone

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say what page to serve.
type Options struct {
	Env       Env
	Reference Reference
	Address   netip.Addr // of this computer, in the phone's network
	Port      int        // 0: any that is free
	// Host is what the phone is to reach over HTTPS besides, as host or
	// host:port; empty for nothing.
	Host string
	// Stay is how long the page stays, Most at most; 0 is Most.
	Stay time.Duration
	// Observe is told what happens, from any goroutine. Nil for nobody.
	Observe func(Event)
}

// An Event is something that people may want to see while they wait.
type Event string

// The events.
const (
	Opened  Event = "opened"  // a phone has opened the page
	Started Event = "started" // somebody has pressed the button
	Busy    Event = "busy"    // a second phone wanted to be measured meanwhile
)

// A Page is served until it is closed, at the latest.
type Page struct {
	// URL leads to it. It is upper-case behind the scheme, so that its QR code
	// is small.
	URL string

	opt    Options
	server *http.Server
	served chan struct{} // closed when serving has ended
	done   chan *Result  // one, when there is one
	base   string        // the path
	host   string        // what the Host header must be
	pages  pages
	tally  tally

	mu     sync.Mutex
	visit  *visit
	result *Result
	opened bool
}

// Open begins to serve a page. It listens on the one address only.
func Open(opt Options) (*Page, error) {
	if opt.Stay <= 0 || opt.Stay > Most {
		opt.Stay = Most
	}
	secret, err := unguessable(opt.Env.Random)
	if err != nil {
		return nil, err
	}
	listener, err := opt.Env.Listen("tcp", net.JoinHostPort(opt.Address.String(), strconv.Itoa(opt.Port)))
	if err != nil {
		return nil, err
	}
	host := strings.TrimSuffix(listener.Addr().String(), ":80") // as browsers write it
	p := &Page{
		URL: "http://" + host + "/" + secret, opt: opt, base: "/" + secret, host: host,
		served: make(chan struct{}), done: make(chan *Result, 1), tally: tally{seen: map[string]int{}},
	}
	if p.pages, err = render(opt.Host); err != nil {
		listener.Close()
		return nil, err
	}
	p.server = &http.Server{
		Handler: p.handler(), ErrorLog: nobody(),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		IdleTimeout: 20 * time.Second, MaxHeaderBytes: 16 << 10,
	}
	go func() {
		defer close(p.served)
		_ = p.server.Serve(&limited{Listener: listener, open: map[string]int{}})
	}()
	return p, nil
}

// unguessable is 128 random bits in letters and digits that a QR code has a
// short form for, and that nobody takes for each other.
func unguessable(random io.Reader) (string, error) {
	bits := make([]byte, 16)
	if _, err := io.ReadFull(random, bits); err != nil {
		return "", fmt.Errorf("no random bits: %w", err)
	}
	return base32.NewEncoding(digits).WithPadding(base32.NoPadding).EncodeToString(bits), nil
}

// digits are Crockford's base 32: no I, L, O and U.
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// readable undoes what people make of the path when they type it.
func readable(path string) string {
	return strings.NewReplacer("I", "1", "L", "1", "O", "0").Replace(strings.ToUpper(path))
}

// Wait returns what was measured. It ends with ErrNobody when the time is
// over, and with the context. The page is to be closed afterwards.
func (p *Page) Wait(ctx context.Context) (*Result, error) {
	over := time.NewTimer(p.opt.Stay)
	defer over.Stop()
	select {
	case r := <-p.done:
		return r, nil
	case <-over.C:
		return nil, ErrNobody
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-p.served:
		return nil, errors.New("the page could not be served any longer")
	}
}

// farewell is how long answers that are under way may take.
const farewell = 2 * time.Second

// Close ends the page. An answer under way still reaches the phone.
func (p *Page) Close() {
	ctx, stop := context.WithTimeout(context.Background(), farewell)
	defer stop()
	if p.server.Shutdown(ctx) != nil {
		_ = p.server.Close()
	}
	<-p.served
}

func (p *Page) tell(e Event) {
	if p.opt.Observe != nil {
		p.opt.Observe(e)
	}
}
