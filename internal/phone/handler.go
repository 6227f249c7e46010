package phone

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strings"
	"time"
)

// A visit is one phone that is being measured.
type visit struct {
	id     string
	rounds map[int]ourRound // by the number that the phone gave
	last   Moment           // when it was heard of
}

// ourRound is what this computer saw of a round, in right time.
type ourRound struct{ received, left time.Time }

// silence is after how long without a word a phone has gone away, and another
// may be measured.
const silence = 15 * time.Second

// nobody takes what net/http has to say: strangers must not write into
// people's terminals.
func nobody() *log.Logger { return log.New(io.Discard, "", 0) }

// handler answers the page's requests, and nothing else.
func (p *Page) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received := p.opt.Env.Now()
		p.headers(w.Header())
		if code := p.refuse(r); code != 0 {
			w.Header().Set("Connection", "close")
			http.Error(w, http.StatusText(code), code)
			return
		}
		switch what := strings.ToLower(r.URL.Path[len(p.base):]); {
		case what == "" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			p.page(w)
		case r.Method != http.MethodPost:
			http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		default:
			p.post(w, r, what, received)
		}
	})
}

func (p *Page) headers(h http.Header) {
	h.Set("Content-Security-Policy", p.pages.policy)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	// Not no-referrer: some browsers then send "Origin: null" with a request
	// to the page's own origin. Nothing goes elsewhere either way.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// refuse says whether a request is none of the page's, and with what status.
// Whoever does not know the path learns nothing from the answer.
func (p *Page) refuse(r *http.Request) int {
	if !p.tally.take(r.RemoteAddr) {
		return http.StatusTooManyRequests
	}
	if r.Host != p.host { // a name that somebody has made lead here (DNS rebinding)
		return http.StatusMisdirectedRequest
	}
	if !p.knows(r.URL.Path) || r.URL.RawQuery != "" {
		return http.StatusNotFound
	}
	if !p.sameOrigin(r) {
		return http.StatusForbidden
	}
	return 0
}

// knows compares the path in a time that tells nothing about it.
func (p *Page) knows(path string) bool {
	n := len(p.base)
	if len(path) < n || len(path) > n && path[n] != '/' {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(readable(path[:n])), []byte(p.base)) == 1
}

// sameOrigin: what is sent must come from the page itself, and the page is
// opened by a person, not inside of another page. Browsers tell where a
// request comes from in Origin, and the newer ones in Sec-Fetch-Site, which
// they leave out where there is no encryption.
func (p *Page) sameOrigin(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	if r.Method != http.MethodPost {
		dest := r.Header.Get("Sec-Fetch-Dest")
		return dest == "" || dest == "document"
	}
	return r.Header.Get("Origin") == "http://"+p.host && (site == "" || site == "same-origin") &&
		r.Header.Get("Content-Type") == "application/json"
}

func (p *Page) page(w http.ResponseWriter) {
	p.mu.Lock()
	over, first := p.result != nil, !p.opened
	p.opened = true
	p.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if over {
		w.WriteHeader(http.StatusGone)
		_, _ = w.Write(p.pages.gone)
		return
	}
	if first {
		p.tell(Opened)
	}
	_, _ = w.Write(p.pages.open)
}

func (p *Page) post(w http.ResponseWriter, r *http.Request, what string, received Moment) {
	m, err := readMessage(http.MaxBytesReader(w, r.Body, mostBody))
	if err != nil {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	var reply any
	code := http.StatusNotFound
	switch what {
	case "/start":
		reply, code = p.start(received)
	case "/time":
		code = p.time(m, received)
	case "/answer":
		reply, code = p.answer(m, received)
	}
	if reply == nil {
		w.WriteHeader(code)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(reply)
}

// start takes up a phone, unless another one is being measured or was.
func (p *Page) start(now Moment) (any, int) {
	id, err := unguessable(p.opt.Env.Random)
	if err != nil {
		return nil, http.StatusInternalServerError
	}
	p.mu.Lock()
	over := p.result != nil
	busy := p.visit != nil && now.since(p.visit.last) < silence
	if !over && !busy {
		p.visit = &visit{id: id, rounds: map[int]ourRound{}, last: now}
	}
	p.mu.Unlock()
	switch {
	case over:
		return nil, http.StatusGone
	case busy:
		p.tell(Busy)
		return nil, http.StatusConflict
	}
	p.tell(Started)
	return map[string]string{"visit": id}, http.StatusOK
}

// current gives the visit that a message belongs to, or the status to refuse
// it with. The lock is held.
func (p *Page) current(m message, now Moment) (*visit, int) {
	switch {
	case p.result != nil:
		return nil, http.StatusGone
	case p.visit == nil || subtle.ConstantTimeCompare([]byte(p.visit.id), []byte(m.Visit)) != 1:
		return nil, http.StatusForbidden
	}
	p.visit.last = now
	return p.visit, 0
}

// time notes when a round came in and when it left. The phone keeps its own
// readings; it is told none of ours.
func (p *Page) time(m message, received Moment) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, code := p.current(m, received)
	if code != 0 {
		return code
	}
	if _, again := v.rounds[m.Round]; again || m.Round < 0 || m.Round >= mostRounds {
		return http.StatusBadRequest
	}
	ref := p.opt.Reference
	v.rounds[m.Round] = ourRound{ref.Time(received), ref.Time(p.opt.Env.Now())}
	return http.StatusNoContent
}

// answer judges, once, and says to the phone what was found.
func (p *Page) answer(m message, now Moment) (any, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, code := p.current(m, now)
	if code != 0 {
		return nil, code
	}
	p.result = p.judge(m, v, now)
	p.done <- p.result
	return wordsFor(p.result), http.StatusOK
}

// judge makes a result of a phone's answer.
func (p *Page) judge(m message, v *visit, now Moment) *Result {
	ref := p.opt.Reference
	if ref.Verified && ref.disturbed(now) {
		ref.Verified, ref.Source, ref.Reason = false, "", "this computer slept, or its clock was set, after it was compared"
	}
	r := newResult(ByPage, ref, now)
	r.Answered = true
	_, east := ref.Time(now).Zone()
	r.Phone = m.facts(p.opt.Host, east/60)
	c, ok := compare(m.rounds(v.rounds), ref.unsure(now))
	switch {
	case !ok:
		r.unknown("the connection to the phone broke off before its clock was read often enough")
	case c.moved:
		r.unknown("the phone's clock was set while it was measured")
		r.Advice = append(r.Advice, "Measure again.")
	default:
		r.Clock.Rounds, r.Clock.DelayMS = c.rounds, milliseconds(c.delay)
		r.judge(c.offset, c.uncertainty)
	}
	return r
}
