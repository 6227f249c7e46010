// Package attempts counts how often a credential was sent for an account, so
// that a diagnosis never locks one.
//
// A budget holds for an account on a server, for all runs of this user on this
// computer, and is kept on disk. What cannot be counted is not sent.
package attempts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/authdoctor/authdoctor/internal/state"
)

// The budget when nobody says otherwise: two attempts in 15 minutes. Services
// that lock accounts allow more, and other devices try too.
const (
	Limit  = 2
	Window = 15 * time.Minute
)

const (
	file     = "attempts.json"
	lockFile = "attempts.lock"
	// patience is how long another run may hold the file.
	patience = 2 * time.Second
	// longestWait bounds what a server may ask for.
	longestWait = 24 * time.Hour
	// maxAccounts bounds the file; the ones unused for longest go first.
	maxAccounts = 1000
)

// A Budget allows Limit attempts within Window. The zero Limit and Window are
// the usual ones.
type Budget struct {
	Dir    state.Dir
	Now    func() time.Time
	Limit  int
	Window time.Duration
	// Random is from 0 to 1: how much of a tenth of the window is added to it.
	Random func() float64
}

// Spent says that an account's budget is used up, or that its server asked to
// wait.
type Spent struct {
	Until time.Time // when it may go on
	Made  int       // attempts within the window
	Asked bool      // the server asked to wait
}

func (s *Spent) Error() string {
	when := s.Until.Local().Format("15:04:05")
	if s.Asked {
		return "the server asked to wait until " + when
	}
	return fmt.Sprintf("%d attempts were made for this account already; the next one may be made at %s, so that nothing gets locked", s.Made, when)
}

// ledger is the file: accounts by a keyed hash, so that it names nobody.
type ledger struct {
	Key      string             `json:"key"`
	Accounts map[string]account `json:"accounts"`
}

type account struct {
	Made []attempt `json:"made"`          // oldest first
	Wait time.Time `json:"wait,omitzero"` // the server asked to wait until then
}

// An attempt counts until it is over.
type attempt struct {
	At   time.Time `json:"at"`
	Over time.Time `json:"over"`
}

// last is when the account was last used or told to wait.
func (a account) last() time.Time {
	last := a.Wait
	if n := len(a.Made); n > 0 && a.Made[n-1].Over.After(last) {
		last = a.Made[n-1].Over
	}
	return last
}

// Take counts one attempt before it is made. The error is a *Spent when it may
// not be made; any other says why it cannot be counted.
func (b Budget) Take(ctx context.Context, name string) error {
	return b.change(ctx, name, func(a *account) error {
		now := b.Now()
		for i, m := range a.Made {
			// What lies ahead was written while the clock was wrong. It counts as
			// made now, so that a clock put right neither frees nor blocks for long.
			if m.At.After(now) {
				a.Made[i] = attempt{At: now, Over: now.Add(m.Over.Sub(m.At))}
			}
		}
		a.Made = slices.DeleteFunc(a.Made, func(m attempt) bool { return !m.Over.After(now) })
		if wait := a.Wait.Sub(now); wait > 0 && wait <= longestWait {
			return &Spent{Until: a.Wait, Made: len(a.Made), Asked: true}
		}
		if too := len(a.Made) - b.limit(); too >= 0 {
			return &Spent{Until: a.Made[too].Over, Made: len(a.Made)}
		}
		// A little longer, so that many scripts do not go on all at once.
		late := time.Duration(b.random() * float64(b.window()) / 10)
		a.Made = append(a.Made, attempt{At: now, Over: now.Add(b.window() + late)})
		return nil
	})
}

// Wait holds an account back until then, as its server asked.
func (b Budget) Wait(ctx context.Context, name string, until time.Time) error {
	return b.change(ctx, name, func(a *account) error {
		if latest := b.Now().Add(longestWait); until.After(latest) {
			until = latest
		}
		a.Wait = until
		return nil
	})
}

// change reads the ledger, changes one account and writes it back, with
// everybody else kept out. What change returns is written down as well.
func (b Budget) change(ctx context.Context, name string, change func(*account) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	unlock, err := b.Dir.Lock(ctx, lockFile)
	if err != nil {
		return err
	}
	defer unlock()
	l, err := b.read()
	if err != nil {
		return err
	}
	id := l.id(name)
	a := l.Accounts[id]
	told := change(&a)
	l.Accounts[id] = a
	l.forget(b.Now())
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if err := b.Dir.Replace(file, data); err != nil {
		return err
	}
	return told
}

func (b Budget) read() (ledger, error) {
	var l ledger
	data, err := b.Dir.Read(file)
	if err != nil {
		return l, err
	}
	if data != nil {
		if err := json.Unmarshal(data, &l); err != nil {
			return l, fmt.Errorf("%s cannot be read (%w); remove it, and wait a quarter of an hour before the next attempt", b.Dir.Path(file), err)
		}
	}
	if l.Key == "" {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // never fails
		l.Key = hex.EncodeToString(key)
	}
	if l.Accounts == nil {
		l.Accounts = map[string]account{}
	}
	return l, nil
}

// id is the account's key in the file.
func (l ledger) id(name string) string {
	mac := hmac.New(sha256.New, []byte(l.Key))
	mac.Write([]byte(name))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// forget drops what no longer holds anybody back.
func (l ledger) forget(now time.Time) {
	for id, a := range l.Accounts {
		if !a.last().After(now) {
			delete(l.Accounts, id)
		}
	}
	for len(l.Accounts) > maxAccounts {
		oldest, when := "", time.Time{}
		for id, a := range l.Accounts {
			if oldest == "" || a.last().Before(when) {
				oldest, when = id, a.last()
			}
		}
		delete(l.Accounts, oldest)
	}
}

func (b Budget) limit() int {
	if b.Limit > 0 {
		return b.Limit
	}
	return Limit
}

func (b Budget) window() time.Duration {
	if b.Window > 0 {
		return b.Window
	}
	return Window
}

func (b Budget) random() float64 {
	if b.Random == nil {
		return 0
	}
	return b.Random()
}
