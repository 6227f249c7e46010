package explain

import (
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// vague is the weight of words that say of many things that they are refused.
var vague = slices.Index(diag.Strengths, diag.StrengthGeneral)

const (
	// leastWorld is how many words have to stand around those of a hit before
	// they tell of what the text is, and mostWorld how long a text may be.
	leastWorld, mostWorld = 3, 400
)

// technical are words of computers, of those who use them, and of what is done
// with them; somebody who is spoken to may be in front of one.
var technical = onDemand(`(?:^|[^a-z])(?:users?|usernames?|accounts?|log(?:s|in|on|ins|ons|ged|ging|out)?|sign(?:ed|ing)?[ -]?(?:in|on|up|out)|passw\w*|passcode|passkeys?|pin|otp|mfa|2fa|sso|saml|oauth|oidc|jwt|tokens?|keys?|keypair|credentials?|creds|secrets?|auth[nz]?|authenticat\w*|authorization|servers?|clients?|web\w*|sites?|pages?|apps?|applications?|apis?|https?|urls?|uri|hosts?|\w*hosts?|ports?|files?|folders?|director\w+|paths?|databases?|db|sql|tables?|schemas?|quer\w+|cloud|devices?|networks?|vpn|wi-?fi|wlan|ssid|routers?|switch(?:es)?|gateways?|firewalls?|e?-?mails?|mailbox\w*|smtp|imap|ldap|ssh|sftp|ftp|tls|ssl|certs?|certificates?|sessions?|cookies?|browsers?|portals?|systems?|admin\w*|root|sudo|errors?|exceptions?|fail\w*|statuses|status|codes?|requests?|responses?|repl(?:y|ies)|calls?|messages?|ip|ips|address\w*|domains?|tenants?|realms?|prox\w+|connect\w*|sync\w*|uploads?|downloads?|push\w*|pull\w*|repos?|repositor\w+|git\w*|branch\w*|pipelines?|jobs?|deploy\w*|builds?|containers?|clusters?|pods?|kube\w*|images?|registr\w+|buckets?|storage|disks?|shares?|terminals?|shells?|commands?|scripts?|programs?|software|computers?|laptops?|pcs?|printers?|scanners?|cameras?|sensors?|thermostats?|locks?|alarms?|bells?|hubs?|bridges?|screens?|buttons?|dialogs?|windows|consoles?|actions?|operations?|contents?|resources?|view\w*|perform\w*|features?|items?|records?|documents?|dashboards?|menus?|settings?|configur\w+|sections?|objects?|methods?|endpoints?|functions?|modules?|roles?|scopes?|polic\w+|groups?|licen[cs]es?|subscriptions?|subscrib\w+|topics?|queues?|brokers?|nodes?|agents?|services?|identit\w+|principals?|tickets?|kerberos|kdc|radius|access points?|http\w*|you|your|here|this|that|these|retry\w*|again|try|tried|click\w*|open\w*|bot|plugins?|modules?|extensions?|webhooks?|callbacks?|invalid|expired|denied)(?:[^a-z]|$)`)

// common are words of refusals that are none of computers alone.
var common = onDemand(`(?:^|[^a-z])(?:permi\w+|allowed|(?:un)?authori[sz]ed|(?:un)?authenticated|authentication|access|forbidden|unavailable|rights|privileges|get(?:s|ting)? in|got in|let \w+ in)(?:[^a-z]|$)`)

// thing is what a complaint calls whatever refuses.
var thing = onDemand(`(?:^|[^a-z])(?:it|it's|they)(?:[^a-z]|$)`)

// worldly reports that vague words of a refusal stand in a sentence in which
// nothing is of computers: a man is not authorized to drive trucks.
func (h hit) worldly(v view) bool {
	if h.weight > vague || h.Class == "not_auth" || len(v.text) > mostWorld || !common().MatchString(v.lower[h.span[0]:h.span[1]]) {
		return false
	}
	around := v.lower[:h.span[0]] + " " + v.lower[h.span[1]:]
	if h.Frames != nil { // who tells it is in every text with one
		return len(strings.Fields(v.text)) >= leastWorld && !strings.ContainsAny(v.text, ":={}[]<>_/\\|@#$*`~+\"") && isASCII(v.text) &&
			!technical().MatchString(v.lower) && !thing().MatchString(v.lower)
	}
	return len(strings.Fields(around)) >= leastWorld && !strings.ContainsAny(around, ":={}[]<>_/\\|@#$*`~+") &&
		!strings.ContainsAny(around, "\"") && isASCII(around) && !technical().MatchString(around) && !telling().MatchString(around)
}
