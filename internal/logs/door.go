package logs

import (
	"bytes"
	"slices"
)

// A door is what a request to a web server may sign in through.
type door int

const (
	noDoor    door = iota
	formDoor       // where a person's name and password are sent to
	tokenDoor      // where a program asks for a token
)

var (
	post       = []byte(`] "POST /`)
	formWords  = [][]byte{[]byte("login"), []byte("log-in"), []byte("log_in"), []byte("signin"), []byte("sign-in"), []byte("sign_in"), []byte("logon"), []byte("authenticate")}
	formPages  = [][]byte{[]byte("auth"), []byte("session"), []byte("sessions"), []byte("j_security_check")}
	tokenPages = [][]byte{[]byte("token"), []byte("tokens"), []byte("access_token")}
)

// doorOf is what a line of a web server's log asks. What is sent there is no
// question for a name: a refusal is one, and a fault keeps people out.
func doorOf(raw []byte) door {
	at := bytes.Index(raw, post)
	if at < 0 {
		return noDoor
	}
	path := raw[at+len(post):]
	if end := bytes.IndexAny(path, " ?;\""); end >= 0 {
		path = path[:end]
	}
	path = bytes.ToLower(bytes.TrimRight(path, "/"))
	page := path[bytes.LastIndexByte(path, '/')+1:]
	is := func(word []byte) bool { return bytes.Equal(page, word) }
	has := func(word []byte) bool { return bytes.Contains(page, word) }
	switch {
	case slices.ContainsFunc(tokenPages, is):
		return tokenDoor
	case slices.ContainsFunc(formWords, has) || slices.ContainsFunc(formPages, is):
		return formDoor
	}
	return noDoor
}
