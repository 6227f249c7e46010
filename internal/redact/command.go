package redact

import (
	"encoding/base64"
	"strings"
)

// commands are the words before a bare secret.
var commands = map[string]bool{"-u": true, "--user": true, "-b": true, "-c": true, "-A": true, "-X": true, "-p": true, "PLAIN": true, "LOGIN": true}

// command masks secrets that stand bare in commands and in transcripts of mail
// protocols. It returns where to go on, or 0.
func (sc *scanner) command(w word) int {
	// mysql -phunter2: the password is a part of the option.
	if text := sc.text(w); len(text) > 2 && text[:2] == "-p" && sc.at(w.from-1) == ' ' && (sc.behind(w, "mysql") || sc.behind(w, "mariadb")) {
		sc.add(w.from+2, w.to, "password")
		return w.to
	}
	if sc.at(w.to) != ' ' || !commands[sc.text(w)] {
		return 0
	}
	at := place{key: w.from, value: w.to + 1, equals: true}
	from, to := sc.extent(at)
	value := sc.s[from:to]
	if value == "" || len(value) > 512 || value[0] == '-' || placeholder(strings.Trim(value, `'"`)) {
		return 0
	}
	switch sc.text(w) {
	case "-u", "--user": // curl -u jo:hunter2
		user, password, ok := strings.Cut(value, ":")
		if !ok || user == "" || digits(password) && digits(user) || strings.HasPrefix(password, "//") {
			return 0
		}
		from += len(user) + 1
	case "-b": // curl -b 'afg=…; ST=…'
		if !strings.Contains(value, "=") || !sc.behind(w, "curl") {
			return 0
		}
		return sc.cookieHeader(at, false)
	case "-p": // sshpass -p hunter2
		if !sc.behind(w, "sshpass") {
			return 0
		}
	case "-c", "-A", "-X": // snmpwalk -c community, -A and -X with passphrases
		if !sc.behind(w, "snmp") {
			return 0
		}
	case "PLAIN": // AUTH PLAIN, base64 of NUL user NUL password
		if text, err := base64.StdEncoding.DecodeString(value); err != nil || !strings.Contains(string(text), "\x00") {
			return 0
		}
	case "LOGIN": // a1 LOGIN "jo" "hunter2"
		if from == at.value || sc.at(to+1) != ' ' {
			return 0
		}
		var ok bool
		if from, to, ok = sc.quotation(to + 2); !ok {
			return 0
		}
	default:
		return 0
	}
	sc.add(from, to, "password")
	return to
}

// behind reports whether the command's name stands a little before a word.
func (sc *scanner) behind(w word, name string) bool {
	before := sc.s[max(w.from-120, 0):w.from]
	return strings.Contains(before[strings.LastIndexByte(before, '\n')+1:], name)
}
