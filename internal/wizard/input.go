package wizard

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
)

// keySource is where a program reads its keys.
type keySource interface {
	io.Reader
	onEnd(func())
}

// keys gives the next program its input, and a function that takes it away
// again.
func (w *Wizard) keys() (keySource, func()) {
	if f, ok := w.opt.In.(*os.File); ok {
		return &terminal{File: f}, func() {}
	}
	g := &gate{feed: w.feed}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	return g, g.close
}

// terminal is a file that tells when it has ended: Bubble Tea would wait for
// keys for ever.
type terminal struct {
	*os.File
	ended func()
}

func (t *terminal) onEnd(f func()) { t.ended = f }

func (t *terminal) Read(p []byte) (int, error) {
	n, err := t.File.Read(p)
	if n == 0 && errors.Is(err, io.EOF) {
		t.ended()
	}
	return n, err
}

// gate lets one program at a time read from a feed.
type gate struct {
	feed    *feed
	ctx     context.Context
	cancel  func()
	reading sync.Mutex
	ended   func()
}

func (g *gate) onEnd(f func()) { g.ended = f }

func (g *gate) Read(p []byte) (int, error) {
	g.reading.Lock()
	defer g.reading.Unlock()
	n, err := g.feed.read(g.ctx, p)
	if err != nil && g.ctx.Err() == nil {
		g.ended()
	}
	return n, err
}

// close returns when nobody reads any more.
func (g *gate) close() {
	g.cancel()
	g.reading.Lock()
	defer g.reading.Unlock()
}

// feed reads a plain reader piece by piece, so that waiting for input can be
// given up without losing the input: what comes later is for the next reader.
// It has a goroutine only while a read is under way.
type feed struct {
	src  io.Reader
	rest []byte
	err  error
	busy bool
	got  chan piece
}

type piece struct {
	data []byte
	err  error
}

func newFeed(src io.Reader) *feed { return &feed{src: src, got: make(chan piece, 1)} }

func (f *feed) read(ctx context.Context, p []byte) (int, error) {
	if err := f.wait(ctx); err != nil {
		return 0, err
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// wait returns when there is input in rest, or with the end of the input or of
// the context.
func (f *feed) wait(ctx context.Context) error {
	for len(f.rest) == 0 {
		if f.err != nil {
			return f.err
		}
		if !f.busy {
			f.busy = true
			go f.fetch()
		}
		select {
		case got := <-f.got:
			f.busy, f.rest, f.err = false, got.data, got.err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (f *feed) fetch() {
	buf := make([]byte, 4096)
	n, err := f.src.Read(buf)
	f.got <- piece{buf[:n], err}
}
