package logs

import (
	"encoding/xml"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// xmlLog reads events of Windows as the Event Viewer and wevtutil export them.
type xmlLog struct{}

type xmlEvent struct {
	ID      string `xml:"System>EventID"`
	Created struct {
		Time string `xml:"SystemTime,attr"`
	} `xml:"System>TimeCreated"`
	Data []struct {
		Name string `xml:"Name,attr"`
		Text string `xml:",chardata"`
	} `xml:"EventData>Data"`
}

func (xmlLog) parse(raw []byte) (*record, error) {
	var e xmlEvent
	if err := xml.Unmarshal(raw, &e); err != nil {
		return nil, fmt.Errorf("not readable as XML: %w", err)
	}
	data := map[string]string{}
	for _, d := range e.Data {
		data[d.Name] = d.Text
	}
	return windows(strings.TrimSpace(e.ID), anyTime(e.Created.Time), data), nil
}

func (xmlLog) when(raw []byte) time.Time {
	var e xmlEvent
	if xml.Unmarshal(raw, &e) != nil {
		return time.Time{}
	}
	return anyTime(e.Created.Time)
}

// windows makes a record of an event: 4625 is a sign-in that failed, 4624 one
// that did not.
func windows(id string, at time.Time, data map[string]string) *record {
	if id != "4625" && id != "4624" {
		return nil
	}
	r := &record{when: at, system: "windows", user: known(data["TargetUserName"]), count: 1}
	if domain := known(data["TargetDomainName"]); domain != "" && r.user != "" {
		r.user = domain + `\` + r.user
	}
	r.source = known(data["IpAddress"])
	if r.source == "" {
		r.source = known(data["WorkstationName"])
	}
	if id == "4624" {
		if nobodys[data["TargetUserSid"]] || nobodys[strings.ToUpper(data["TargetUserName"])] {
			return nil
		}
		r.outcome = succeeded
		return r
	}
	if r.app = known(data["ProcessName"]); r.app == "" {
		r.app = known(strings.TrimSpace(data["LogonProcessName"]))
	}
	r.text = "An account failed to log on. Status: " + data["Status"]
	if sub := strings.TrimSpace(data["SubStatus"]); sub != "" && strings.Trim(sub, "0xX") != "" {
		r.text += " Sub Status: " + sub
	}
	return r
}

// nobodys are the accounts that nobody signs in to: of whoever names none, and
// of Windows itself
// (https://learn.microsoft.com/windows/win32/secauthz/well-known-sids).
var nobodys = map[string]bool{
	"S-1-5-7": true, "S-1-5-18": true, "S-1-5-19": true, "S-1-5-20": true,
	"ANONYMOUS LOGON": true, "SYSTEM": true, "LOCAL SERVICE": true, "NETWORK SERVICE": true,
}

// known is a value, or nothing where the log has only a filler.
func known(s string) string {
	s = strings.TrimSpace(s)
	if s == "-" || s == "::" {
		return ""
	}
	return s
}

// timeLayouts are those of the systems' own records.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05.000-0700"}

// anyTime reads a time in any of the layouts, in UTC when it names no zone.
func anyTime(s string) time.Time {
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
			return at
		}
	}
	return time.Time{}
}

// address is a source without its port.
func address(s string) string {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().String()
	}
	s = strings.Trim(s, "[]")
	if strings.HasPrefix(s, "::ffff:") { // an address of IPv4, as a server of IPv6 sees it
		if at, err := netip.ParseAddr(s); err == nil {
			return at.Unmap().String()
		}
	}
	return s
}
