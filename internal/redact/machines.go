package redact

import (
	"regexp"
	"strings"
	"sync"
)

// machinePatterns are what a text says of a person's own computer and network.
type machinePatterns struct{ home, hardware, network, spoken, labelled, local *regexp.Regexp }

var machinePattern = sync.OnceValue(func() machinePatterns {
	return machinePatterns{
		// Where systems keep what belongs to somebody. What stands in front keeps
		// the paths of web pages out.
		home: regexp.MustCompile(`((?:^|[\s"'=:(\[,/>])/(?:home|Users)/|[A-Za-z]:[\\/]+Users[\\/]+|[A-Za-z]:[\\/]+Documents and Settings[\\/]+)([^/\\\s"':;,<>|]+)`),
		// As systems write it, and as Cisco's do.
		hardware: regexp.MustCompile(`(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}`),
		network:  regexp.MustCompile(`(?i)(\be?ssid\b["']?\s*[:=]\s*|\bwi-?fi(?: network| name)?\s*[:=]?\s*(?:["'“]))(?:"([^"\n]+)"|'([^'\n]+)'|([^\s,;"'”\n][^,;"'”\n]*))`),
		// "SSID HomeNet-Doe": without a mark in between, a name is believed only
		// where it is no word of a sentence.
		spoken: regexp.MustCompile(`(?i)(\be?ssid\s+(?:is\s+)?)([A-Za-z0-9][^\s,;"'”]*)`),
		// "host WS-JANE01", "computer name: …", as programs and people put it.
		labelled: regexp.MustCompile(`(?i)(\b(?:host(?:[ _\-]?name)?|computer(?:[ _\-]?name)?|machine(?:[ _\-]?name)?|workstation(?:[ _\-]?name)?|device[ _\-]?name|pc[ _\-]?name)\b["']?(\s*(?:[:=]|=>)\s*|\s+(?:is\s+)?)["']?)([A-Za-z0-9][A-Za-z0-9\-_]{2,62})(?:[^A-Za-z0-9\-_.]|\.?$|\.\s)`),
		// A name of multicast DNS (RFC 6762) has one label; longer ones are
		// those of a company's servers.
		local: regexp.MustCompile(`[A-Za-z0-9\-]+\.local`),
	}
})

// tellNothing are names of computers that their makers give to all of them, and
// words that stand for many.
var tellNothing = set(`localhost localdomain computer desktop laptop notebook server router gateway phone iphone ipad android macbook imac mac windows linux debian ubuntu fedora arch raspberrypi kali archlinux
host home work office mail imap smtp login alarm admin root user default unknown test docker container runner authdoctor time clock this none`)

// familyDomains follow the name of a computer in a network at home.
const familyDomains = `(?:\.(?:local|lan|home|localdomain|fritz\.box|home\.arpa|internal))?`

// Computer hides the name of this computer from now on. A name that many have
// tells nobody anything, and hiding it would spoil texts.
func (n *Names) Computer(name string) {
	label, _, _ := strings.Cut(name, ".")
	if len(label) < 4 || tellNothing(strings.ToLower(label)) {
		return
	}
	pattern := `(?i)` + regexp.QuoteMeta(label) + familyDomains
	if label != name {
		pattern = `(?i)(?:` + regexp.QuoteMeta(name) + `|` + regexp.QuoteMeta(label) + familyDomains + `)`
	}
	n.computer = regexp.MustCompile(pattern)
	clear(n.bare) // it may be named in them
}

// machines hides the person's own computer and network.
func (n *Names) machines(s string) string {
	p := machinePattern()
	// Looking for a byte first saves most texts most of the time.
	if strings.ContainsAny(s, `/\`) {
		s = n.homes(s)
	}
	if strings.ContainsAny(s, ":-.") {
		s = n.whole(s, p.hardware, "hardware", ":-.")
	}
	if strings.ContainsAny(s, `:="“`) {
		s = n.networks(s)
	}
	s = n.labelledNames(s)
	if n.computer != nil {
		s = n.whole(s, n.computer, "computer", "-_.")
	}
	if strings.Contains(s, ".local") {
		s = n.whole(s, p.local, "computer", "-_.")
	}
	return s
}

func (n *Names) homes(s string) string {
	p := machinePattern()
	return p.home.ReplaceAllStringFunc(s, func(v string) string {
		part := p.home.FindStringSubmatch(v)
		switch strings.ToLower(part[2]) {
		case "public", "shared", "default", "all users":
			return v
		}
		if hidden(part[2]) {
			return v
		}
		return part[1] + n.name("user", part[2])
	})
}

func (n *Names) networks(s string) string {
	p := machinePattern()
	return p.network.ReplaceAllStringFunc(s, func(v string) string {
		at := p.network.FindStringSubmatchIndex(v)
		for group := 4; group < len(at); group += 2 {
			if from, to := at[group], at[group+1]; from >= 0 {
				if name := strings.TrimRight(v[from:to], " ."); !hidden(name) && maskLen(name) == 0 {
					return v[:from] + n.name("network", name) + v[from+len(name):]
				}
			}
		}
		return v
	})
}

// computerWords are in a text that may name a computer; looking for them first
// saves most texts most of the time.
var computerWords = []string{"host", "computer", "machine", "workstation", "device", "pc"}

// labelledNames hides what stands behind the word for a computer or a network
// without being a word itself.
func (n *Names) labelledNames(s string) string {
	p, lower := machinePattern(), strings.ToLower(s)
	if strings.Contains(lower, "ssid") {
		s = replaceGroup(s, p.spoken, 2, func(_, v string) string {
			if trimmed := strings.TrimRight(v, ".:!?)"); hidden(trimmed) || maskLen(trimmed) > 0 || !oddName(trimmed) {
				return v
			}
			name := strings.TrimRight(v, ".:!?)")
			return n.name("network", name) + v[len(name):]
		})
	}
	for _, word := range computerWords {
		if strings.Contains(lower, word) {
			return replaceGroup(s, p.labelled, 3, func(mark, v string) string {
				told := strings.ContainsAny(mark, ":=")
				if hidden(v) || tellNothing(strings.ToLower(v)) || digits(v) || !told && !oddName(v) || told && !oddName(v) && notNames(strings.ToLower(v)) {
					return v
				}
				return n.name("computer", v)
			})
		}
	}
	return s
}

// oddName: no word of a sentence, for there is a digit or a mark in it, or a
// capital after a small letter.
func oddName(v string) bool {
	if strings.ContainsAny(v, "0123456789-_") {
		return true
	}
	for i := 1; i < len(v); i++ {
		if isUpper(v[i]) && isLower(v[i-1]) {
			return true
		}
	}
	return false
}

// replaceGroup replaces one group of every match; it is told the group before.
func replaceGroup(s string, pattern *regexp.Regexp, group int, with func(before, v string) string) string {
	var b strings.Builder
	at := 0
	for _, m := range pattern.FindAllStringSubmatchIndex(s, -1) {
		from, to := m[2*group], m[2*group+1]
		b.WriteString(s[at:from])
		b.WriteString(with(s[m[2*group-2]:m[2*group-1]], s[from:to]))
		at = to
	}
	return b.String() + s[at:]
}

// whole hides what a pattern finds where it is no part of a longer word; marks
// are those of such words.
func (n *Names) whole(s string, pattern *regexp.Regexp, kind, marks string) string {
	var b strings.Builder
	at := 0
	for _, m := range pattern.FindAllStringIndex(s, -1) {
		before := m[0] > 0 && (isAlnum(s[m[0]-1]) || strings.IndexByte(marks, s[m[0]-1]) >= 0)
		after := m[1] < len(s) && (isAlnum(s[m[1]]) ||
			strings.IndexByte(marks, s[m[1]]) >= 0 && m[1]+1 < len(s) && isAlnum(s[m[1]+1]))
		if before || after {
			continue
		}
		b.WriteString(s[at:m[0]])
		found := s[m[0]:m[1]]
		if kind == "computer" { // whatever stands behind its name, it is the same one
			found, _, _ = strings.Cut(found, ".")
		}
		b.WriteString(n.name(kind, found))
		at = m[1]
	}
	b.WriteString(s[at:])
	return b.String()
}
