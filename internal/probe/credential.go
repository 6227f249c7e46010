package probe

import (
	"context"
	"errors"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A Budget counts how often a credential is sent for an account, so that no
// diagnosis locks one.
type Budget interface {
	// Take counts an attempt before it is made. The error says why it may not
	// be made, and when it may.
	Take(ctx context.Context, account string) error
	// Wait holds the account back until then, as its server asked.
	Wait(ctx context.Context, account string, until time.Time) error
}

// secret reads what a parameter names; see Env.Secret.
func (e Env) secret(source string) (diag.Secret, error) {
	if e.Secret == nil {
		return diag.Secret{}, errors.New("secrets cannot be read here")
	}
	return e.Secret(source)
}

// attempt counts one attempt on an account, before the credential is sent. The
// account is named by kind, server and login, such as "imap mail.example.com:993
// joe". What cannot be counted must not be sent.
func (e Env) attempt(ctx context.Context, account string) error {
	if e.Attempts == nil {
		return errors.New("attempts cannot be counted here, so none is made")
	}
	return e.Attempts.Take(ctx, account)
}

// heldBack remembers that an account's server asked to wait. That it cannot be
// remembered changes nothing about what was found.
func (e Env) heldBack(ctx context.Context, account string, until time.Time) {
	if e.Attempts != nil {
		_ = e.Attempts.Wait(ctx, account, until)
	}
}
