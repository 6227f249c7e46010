package diag

import (
	"errors"
	"net/url"
	"strings"
)

// Address reads the address of a page as a person types it: https:// is added
// when it is missing. The error says in words for people what is wrong.
func Address(text string) (string, error) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, " \t\r\n\"<>\\") {
		return "", errors.New("an address has no spaces or quotes in it")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return "", errors.New("that is no address of a page")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("the address of a page begins with https:// or http://")
	case u.User != nil:
		return "", errors.New("leave user name and password out of the address")
	case !strings.ContainsAny(u.Hostname(), ".:") && u.Hostname() != "localhost":
		return "", errors.New("the name of a page has a dot in it, as in www.example.org")
	}
	return text, nil
}
