// Package diag is the vocabulary of authdoctor: the words that every other
// package uses to say what was asked, measured, concluded and advised.
//
// It holds values only. It touches no clock, no network, no file and no
// terminal, and it imports nothing of ours.
package diag

import "fmt"

// Layer is where in a sign-in something can be broken.
type Layer string

// The layers. Path, DNS, TLS and Endpoint are the chain: each needs the one
// before it, so a failure hides every check behind it.
const (
	LayerClock       Layer = "clock"
	LayerPath        Layer = "path"
	LayerDNS         Layer = "dns"
	LayerTLS         Layer = "tls"
	LayerEndpoint    Layer = "endpoint"
	LayerCredentials Layer = "credentials"
	LayerSession     Layer = "session"
	LayerTwoFactor   Layer = "two_factor"
	LayerRoles       Layer = "roles"
	LayerClient      Layer = "client"
	LayerProvider    Layer = "provider"
)

// Layers lists every layer, from the ground up.
var Layers = []Layer{
	LayerClock, LayerPath, LayerDNS, LayerTLS, LayerEndpoint,
	LayerCredentials, LayerSession, LayerTwoFactor, LayerRoles, LayerClient, LayerProvider,
}

// Chain is the position of a layer in path -> dns -> tls -> endpoint, from 1;
// 0 for a layer outside the chain.
func (l Layer) Chain() int {
	switch l {
	case LayerPath:
		return 1
	case LayerDNS:
		return 2
	case LayerTLS:
		return 3
	case LayerEndpoint:
		return 4
	}
	return 0
}

// Status is how a check ended. The zero value is Unknown: what nobody
// established is not "no".
type Status uint8

// The statuses.
const (
	Unknown Status = iota // could not be measured; the reason says why
	Pass
	Warn
	Fail
	Blocked // hidden behind a check that failed
	Skipped // not asked for, or has nothing to look at
)

var statusNames = [...]string{"unknown", "pass", "warn", "fail", "blocked", "skipped"}

func (s Status) String() string { return statusNames[s] }

// MarshalText writes the status as its word.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word that MarshalText writes.
func (s *Status) UnmarshalText(text []byte) error {
	for i, name := range statusNames {
		if name == string(text) {
			*s = Status(i)
			return nil
		}
	}
	return fmt.Errorf("unknown status %q", text)
}

// Scope says how far what this computer saw reaches.
type Scope string

// The scopes, narrowest first.
const (
	ScopeComputer Scope = "computer" // this computer only
	ScopeNetwork  Scope = "network"  // everything on this network
	ScopeService  Scope = "service"  // everybody who uses the service
)

// Where says where the sign-in fails, seen from this computer.
type Where string

// The answers to the built-in question "where-fails".
const (
	WhereHere        Where = "here"
	WhereSameNetwork Where = "same-network"
	WhereElsewhere   Where = "elsewhere"
)

// InForce reports whether an outcome of that scope says anything about a
// sign-in that fails there.
func (w Where) InForce(s Scope) bool {
	switch w {
	case WhereHere:
		return true
	case WhereElsewhere:
		return s == ScopeService
	}
	return s == ScopeNetwork || s == ScopeService
}

// Stage is the part of the fix that a step belongs to. Stages come in this
// order, always.
type Stage string

// The stages.
const (
	StageCredentials Stage = "credentials"
	StageSession     Stage = "session"
	StageTwoFactor   Stage = "two_factor"
	StageRoles       Stage = "roles"
	StageRetest      Stage = "retest"
)

// Stages lists the stages in the order in which steps must come.
var Stages = []Stage{StageCredentials, StageSession, StageTwoFactor, StageRoles, StageRetest}

// Actors lists who can put a cause right.
var Actors = []string{"user", "admin", "dealer", "developer", "provider"}

// OutsideUser reports whether only somebody else can put it right.
func OutsideUser(actor string) bool {
	return actor == "dealer" || actor == "provider" || actor == "admin"
}

// Surfaces lists where a person can act.
var Surfaces = []string{"website", "app", "partner_portal", "mobiletech", "desktop", "cli"}

// AboutAccount reports whether a cause class says something of an account or of
// what proves it, which only whoever reached the service can know.
func AboutAccount(class string) bool {
	switch class {
	case "wrong_credentials", "unknown_account", "account_locked", "account_disabled", "password_expired", "mfa_required", "mfa_failed":
		return true
	}
	return false
}

// Classes lists what an error can mean, whichever system said it.
var Classes = []string{
	"wrong_credentials", "unknown_account", "account_locked", "account_disabled", "password_expired",
	"token_expired", "token_revoked", "token_invalid", "wrong_audience", "insufficient_scope",
	"permission_denied", "client_misconfigured", "mfa_required", "mfa_failed", "clock_skew",
	"policy_blocked", "consent_required", "rate_limited", "tls_untrusted", "tls_expired",
	"tls_hostname", "tls_protocol", "dns_failure", "network_unreachable", "proxy_required",
	"provider_outage", "credential_type_unsupported", "not_auth",
}
