package logs

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
)

// The formats, as --log-format names them.
const (
	formatSyslog = "syslog"
	formatLines  = "jsonl"
	formatJSON   = "json"
	formatAccess = "access"
	formatXML    = "windows-xml"
	formatExport = "journal-export"
	formatErrors = "error-log"
	formatCSV    = "csv"
	formatText   = "text"
)

// Formats lists what can be forced. jsonl has one record a line; json is an
// array, a list in a wrapper, or objects over several lines. Whose records
// they are is seen from each. error-log is nginx's and Apache's; csv is a
// sign-in log of Microsoft Entra. text is what any other program writes: each
// entry is explained by itself.
var Formats = []string{formatSyslog, formatLines, formatJSON, formatAccess, formatXML, formatExport, formatErrors, formatCSV, formatText}

func (t *tally) parserOf(format string) parser {
	switch format {
	case formatLines, formatJSON:
		return &jsonLog{messages: t.newMessages(), inside: t.newInner()}
	case formatAccess:
		return accessLog{t.challenges}
	case formatXML:
		return xmlLog{}
	case formatExport:
		return exportLog{t.newMessages()}
	case formatErrors:
		return errorLog{t.challenges, t.Now.Location()}
	case formatCSV:
		return &csvLog{comma: ','}
	case formatText:
		return textLog{t, t.Now, map[string]string{}, t.newInner(), &detail{}}
	}
	return t.newSyslog()
}

// lookLines is how many lines may be broken before a format shows.
const lookLines = 50

// recognise finds the format from the beginning of a log; empty when nothing
// of it looks like any.
func recognise(in *bufio.Reader) string {
	head, _ := in.Peek(64 << 10)
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	lines := bytes.SplitN(head, []byte("\n"), lookLines)
	for i, line := range lines {
		if cutObject(bytes.TrimSpace(line), lines[i+1:]) {
			continue
		}
		if format := formatOf(bytes.TrimSpace(line)); format != "" {
			return format
		}
	}
	if looksLikeText(head) {
		return formatText
	}
	return ""
}

// cutObject reports whether a line is an object that is cut off, among lines that
// are one each.
func cutObject(line []byte, next [][]byte) bool {
	if len(line) == 0 || line[0] != '{' || json.Valid(line) || len(next) < 2 {
		return false
	}
	for _, l := range next[:2] {
		if !bytes.HasPrefix(l, []byte("{")) || !json.Valid(bytes.TrimSpace(l)) {
			return false
		}
	}
	return true
}

func formatOf(line []byte) string {
	switch {
	case len(line) == 0:
		return ""
	case line[0] == '<' && (bytes.Contains(line, []byte("<Event")) || bytes.HasPrefix(line, []byte("<?xml"))):
		return formatXML
	case isErrorLog(line):
		return formatErrors
	case line[0] == '[' && (len(line) == 1 || bytes.ContainsAny(line[1:2], "{ \t\r")):
		return formatJSON
	case line[0] == '{':
		if json.Valid(line) && !wrapped(line) {
			return formatLines
		}
		return formatJSON
	case bytes.HasPrefix(line, []byte("__CURSOR=")) || bytes.HasPrefix(line, []byte("__REALTIME_TIMESTAMP=")):
		return formatExport
	case accessStatus(line) > 0:
		return formatAccess
	case isCRI(line):
		return formatText
	case isCSVHeader(line):
		return formatCSV
	}
	if head, ok := syslogHead(line); ok && len(head.program) > 0 && !isLevel(head.host) {
		return formatSyslog
	}
	return ""
}

func isErrorLog(line []byte) bool {
	family, _ := errorHead(line)
	return family != ""
}

// wrapped reports whether a line is one whole export.
func wrapped(line []byte) bool {
	var keys map[string]json.RawMessage
	if json.Unmarshal(line, &keys) != nil {
		return false
	}
	for k, v := range keys {
		if wrappers()[k] && bytes.HasPrefix(bytes.TrimSpace(v), []byte("[")) {
			return true
		}
	}
	return false
}

// isLevel: a word for how grave an entry is, where syslog has the host.
func isLevel(word []byte) bool {
	switch strings.ToLower(string(bytes.Trim(word, "[]():-|"))) {
	case "trace", "debug", "info", "information", "notice", "warn", "warning", "err", "error", "fatal", "critical", "crit", "severe", "fine", "panic", "alert", "emerg":
		return true
	}
	return false
}
