package logs

import (
	"bytes"
	"errors"
	"strconv"
	"time"
)

// accessLog reads the common and the combined format of web servers and
// proxies: host ident user [time] "request" status size.
type accessLog struct{ *challenges }

var errAccess = errors.New("no line of a web server's log")

// refusing reports whether a status means a refused sign-in.
func refusing(status int) bool {
	return status == 401 || status == 403 || status == 407 || status == 429
}

func (l accessLog) parse(raw []byte) (*record, error) {
	status := accessStatus(raw)
	if status == 0 {
		return nil, errAccess
	}
	fields := bytes.Fields(raw[:bytes.IndexByte(raw, '[')])
	if len(fields) > 3 && !isAddress(string(fields[0])) && isAddress(string(fields[1])) {
		fields = fields[1:] // behind the name of the site (vhost_combined)
	}
	source, user := string(fields[0]), ""
	if last := string(fields[len(fields)-1]); len(fields) > 2 && last != "-" {
		user = last
	}
	door := doorOf(raw)
	r := &record{when: accessTime(raw), system: "http", source: source, user: user, agent: accessAgent(raw), form: door == formDoor, machine: door != formDoor, count: 1}
	if !refusing(status) {
		l.settled(source)
		switch {
		case status >= 500 && door != noDoor:
			r.app, r.cause = accessPath(raw), "provider_outage"
			return r, nil
		case status >= 400:
			return nil, nil
		case status == 200 && door == formDoor && !apiPath.in(raw):
			l.forms++
		}
		if user == "" && door == noDoor {
			l.gates.passes(accessPath(raw), source, r.when)
		}
		r.outcome = succeeded
		return r, nil
	}
	r.app, r.text = accessPath(raw), "HTTP "+strconv.Itoa(status)+accessReason()[status]
	if asks := status == 401 || status == 407; !asks || user != "" || door != noDoor {
		l.settled(source)
	} else if l.begins(source) {
		l.gates.asks(r)
		return nil, nil
	}
	if door == formDoor && status == 401 {
		r.cause, r.text = "wrong_credentials", ""
	}
	return r, nil
}

func accessReason() map[int]string {
	return map[int]string{401: " Unauthorized", 403: " Forbidden", 407: " Proxy Authentication Required", 429: " Too Many Requests"}
}

// apiPath is in the path of what programs ask: they get a number for each answer.
var apiPath = newFinder("/api/", "/rest/", "/oauth", ".json")

// accessStatus is the status of a line; 0 when it is none of this format.
func accessStatus(raw []byte) int {
	open := bytes.IndexByte(raw, '[')
	mid := bytes.Index(raw, []byte(`] "`))
	if open <= 0 || mid < open {
		return 0
	}
	if len(bytes.Fields(raw[:open])) == 0 {
		return 0
	}
	rest := raw[mid+3:]
	for i := 0; i < len(rest); i++ {
		if rest[i] == '\\' {
			i++
			continue
		}
		if rest[i] != '"' {
			continue
		}
		if len(rest) < i+5 || rest[i+1] != ' ' {
			return 0
		}
		n, err := strconv.Atoi(string(rest[i+2 : i+5]))
		if err != nil || n < 100 || n > 599 {
			return 0
		}
		return n
	}
	return 0
}

func accessTime(raw []byte) time.Time {
	open := bytes.IndexByte(raw, '[')
	if open < 0 || len(raw) < open+27 {
		return time.Time{}
	}
	at, err := time.Parse("02/Jan/2006:15:04:05 -0700", string(raw[open+1:open+27]))
	if err != nil {
		return time.Time{}
	}
	return at
}

// accessAgent is the program that asked, by its name and version: the last
// quoted part of the combined format.
func accessAgent(raw []byte) string {
	rest, ok := bytes.CutSuffix(raw, []byte(`"`))
	begin := bytes.LastIndexByte(rest, '"')
	if !ok || begin <= bytes.Index(raw, []byte(`] "`))+2 {
		return ""
	}
	agent := firstField(string(rest[begin+1:]))
	if agent == "-" {
		return ""
	}
	return agent
}

func (accessLog) when(raw []byte) time.Time { return accessTime(raw) }

// accessPath is the first part of the path: what was asked for, without what
// may be secret in it.
func accessPath(raw []byte) string {
	_, rest, _ := bytes.Cut(raw, []byte(`] "`))
	_, rest, ok := bytes.Cut(rest, []byte(" "))
	if !ok || len(rest) == 0 || rest[0] != '/' {
		return ""
	}
	end := bytes.IndexAny(rest[1:], "/?;\" ")
	if end < 0 {
		return ""
	}
	return string(rest[:end+1])
}
