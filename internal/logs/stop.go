package logs

import (
	"context"
	"io"
	"io/fs"
)

// stopSize is how much is read ahead at a time.
const stopSize = 256 << 10

// stopper reads ahead beside its caller, so that a read which waits, as on a
// terminal or a pipe, can be called off. What it waits for then is given up.
type stopper struct {
	ctx  context.Context
	full chan block
	free chan []byte
	now  block
	used int
}

type block struct {
	bytes []byte
	err   error
}

// stoppable is a reader that ends with the context.
func stoppable(ctx context.Context, r io.Reader) io.Reader {
	if f, ok := r.(fs.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return &prompt{ctx, r}
		}
	}
	s := &stopper{ctx: ctx, full: make(chan block, 2), free: make(chan []byte, 2)}
	s.free <- make([]byte, stopSize)
	s.free <- make([]byte, stopSize)
	go s.ahead(r)
	return s
}

func (s *stopper) ahead(r io.Reader) {
	for s.ctx.Err() == nil {
		var into []byte
		select {
		case into = <-s.free:
		case <-s.ctx.Done():
			return
		}
		n, err := r.Read(into)
		s.full <- block{into[:n], err} // has room for as many as there are
		if err != nil {
			return
		}
	}
}

func (s *stopper) Read(p []byte) (int, error) {
	for s.used == len(s.now.bytes) {
		if s.now.err != nil {
			return 0, s.now.err
		}
		if s.now.bytes != nil {
			s.free <- s.now.bytes[:stopSize]
		}
		s.now, s.used = s.next(), 0
	}
	n := copy(p, s.now.bytes[s.used:])
	s.used += n
	return n, nil
}

// next is what was read ahead, and after that what ends the reading. What was
// read before the end came is never lost, however late this is called.
func (s *stopper) next() block {
	select {
	case b := <-s.full:
		return b
	case <-s.ctx.Done():
	}
	select {
	case b := <-s.full:
		return b
	default:
		return block{err: s.ctx.Err()}
	}
}

// prompt reads what never waits, such as a file on a disk.
type prompt struct {
	ctx context.Context
	r   io.Reader
}

func (p *prompt) Read(into []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(into)
}
