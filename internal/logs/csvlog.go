package logs

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"time"
)

// csvLog reads a sign-in log as CSV. Its first row says which column is what.
type csvLog struct {
	comma    rune
	columns  map[string]int
	width    int
	dayFirst bool
}

var errHeader = errors.New("no header of a sign-in log: a column for the time, one for the user, and one for the status or the error code are needed")

// errNoRecord is of what is read and is no record, such as a header.
var errNoRecord = errors.New("no record")

// commaOf is what separates the columns of a header.
func commaOf(header []byte) rune {
	comma, most := ',', 0
	for _, c := range ",;\t" {
		if n := bytes.Count(header, []byte(string(c))); n > most {
			comma, most = c, n
		}
	}
	return comma
}

func isCSVHeader(line []byte) bool {
	if bytes.IndexByte(line, ',') < 0 && bytes.IndexByte(line, ';') < 0 && bytes.IndexByte(line, '\t') < 0 {
		return false
	}
	header, err := csvRow(line, commaOf(line))
	return err == nil && csvColumns(header) != nil
}

func csvRow(raw []byte, comma rune) ([]string, error) {
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma, r.FieldsPerRecord = comma, -1
	row, err := r.Read()
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return nil, fmt.Errorf("column %d: %w", parse.Column, parse.Err)
	}
	return row, err
}

func (c *csvLog) parse(raw []byte) (*record, error) {
	if c.columns == nil {
		c.comma = commaOf(raw)
		header, err := csvRow(raw, c.comma)
		if err == nil {
			c.columns, c.width = csvColumns(header), len(header)
		}
		if c.columns == nil {
			return nil, errHeader
		}
		return nil, errNoRecord
	}
	row, err := csvRow(raw, c.comma)
	if err != nil {
		return nil, err
	}
	if len(row) != c.width {
		return nil, fmt.Errorf("%s, and the header has %d", number(len(row), "column"), c.width)
	}
	get := func(what string) string {
		if i, ok := c.columns[what]; ok {
			return row[i]
		}
		return ""
	}
	r := &record{user: get("user"), app: get("app"), source: address(get("source")), session: get("session"), when: c.time(get("time"))}
	return r.entra(get("code"), get("reason"), get("word")), nil
}

func (c *csvLog) when(raw []byte) time.Time {
	row, err := csvRow(raw, c.comma)
	if err != nil || c.columns == nil || len(row) != c.width {
		return time.Time{}
	}
	return c.time(row[c.columns["time"]])
}

// rowLines is how many lines a row may have. A quote that is never closed
// costs one line, not all the others.
const rowLines = 64

// rows gives the rows of CSV: lines, joined while a quote is open.
type rows struct {
	lines
	held  [][]byte // lines that were read ahead, with the number of the first
	first int
	row   []byte
}

func (r *rows) line1() ([]byte, int, error) {
	if len(r.held) > 0 {
		line := r.held[0]
		r.held = r.held[1:]
		r.first++
		return line, r.first - 1, nil
	}
	return r.lines.next()
}

func (r *rows) next() ([]byte, int, error) {
	line, at, err := r.line1()
	if err != nil || bytes.Count(line, []byte(`"`))%2 == 0 {
		return line, at, err
	}
	r.row = append(r.row[:0], line...)
	first := len(r.row)
	var ahead [][]byte
	for len(ahead) < rowLines && len(r.row) < maxRecord {
		line, _, err := r.line1()
		if err != nil {
			break
		}
		ahead = append(ahead, bytes.Clone(line))
		r.row = append(append(r.row, '\n'), line...)
		if bytes.Count(line, []byte(`"`))%2 == 1 {
			return r.row, at, nil
		}
	}
	r.held, r.first = append(ahead, r.held...), at+1
	return r.row[:first], at, nil
}
