package playbook

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A node is a value of a file and where it stands: a plain tree, so that
// nothing else needs to know the YAML library.
type node struct {
	kind   nodeKind
	text   string // of a scalar, as written: an unquoted no is "no"
	quoted bool   // a scalar that is text for certain
	at     span
	items  []*node
	fields []field
}

type nodeKind uint8

const (
	emptyNode nodeKind = iota // no value, null or ~
	scalarNode
	listNode
	mapNode
)

// describe says what a value is, for messages.
func (n *node) describe() string {
	if n.kind == scalarNode {
		return quote(n.text)
	}
	return [...]string{emptyNode: "nothing", listNode: "a list", mapNode: "a mapping"}[n.kind]
}

// A field is a key with its value.
type field struct{ key, value *node }

// tree reads the text of a source. It returns nil when that is impossible;
// the source then holds the reason.
func (s *source) tree() (root *node) {
	if len(s.found) > 0 {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			s.add("PB001", span{1, 1, 0}, "the YAML reader gave up: %v", p)
			root = nil
		}
	}()
	tokens := lexer.Tokenize(s.text)
	if !s.acceptable(tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		s.syntaxError(err)
		return nil
	}
	return s.document(file)
}

// document picks the only document of a file.
func (s *source) document(file *ast.File) *node {
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			s.add("PB004", s.spanOf(doc.Body.GetToken()), "a second document; a file holds one")
			return nil
		}
		body = doc.Body
	}
	if body == nil {
		s.add("PB009", span{1, 1, 0}, "the file is empty")
		return nil
	}
	root := s.convert(body)
	if len(s.found) > 0 {
		return nil
	}
	return root
}

// acceptable refuses, before the tree is built, what a playbook has no use for
// and what could make building it expensive.
func (s *source) acceptable(tokens token.Tokens) bool {
	if len(tokens) > maxNodes {
		s.add("PB002", span{1, 1, 0}, "more than %d values", maxNodes)
		return false
	}
	depth := depths{}
	for _, t := range tokens {
		if name := refused[t.Type]; name != "" {
			s.addHint("PB003", s.spanOf(t), refusedHint[t.Type], "%s is not allowed", name)
		}
		if depth.add(t) > maxDepth {
			s.add("PB002", s.spanOf(t), "more than %d levels of values inside values", maxDepth)
			return false
		}
	}
	return len(s.found) == 0
}

var refused = map[token.Type]string{
	token.AnchorType:    "an anchor (&)",
	token.AliasType:     "an alias (*)",
	token.MergeKeyType:  "a merge key (<<)",
	token.TagType:       "a tag (!)",
	token.DirectiveType: "a directive (%)",
}

var refusedHint = map[token.Type]string{
	token.AnchorType:   "write the value out where it is used, or quote the text",
	token.AliasType:    "write the value out here, or quote the text",
	token.MergeKeyType: "write the keys out here",
	token.TagType:      "remove it, or quote the text",
}

// depths measures how deep values lie inside values, from the tokens alone.
type depths struct {
	flow    int
	line    int
	columns []int // of the block values that are open
}

func (d *depths) add(t *token.Token) int {
	switch t.Type {
	case token.MappingStartType, token.SequenceStartType:
		d.flow++
	case token.MappingEndType, token.SequenceEndType:
		d.flow = max(0, d.flow-1)
	}
	block := t.Type == token.SequenceEntryType || t.Type == token.MappingKeyType || t.Position.Line != d.line
	d.line = t.Position.Line
	if block && d.flow == 0 {
		for len(d.columns) > 0 && d.columns[len(d.columns)-1] >= t.Position.Column {
			d.columns = d.columns[:len(d.columns)-1]
		}
		d.columns = append(d.columns, t.Position.Column)
	}
	return d.flow + len(d.columns)
}

// tokenError is what the YAML library's errors have in common.
type tokenError interface {
	GetMessage() string
	GetToken() *token.Token
}

func (s *source) syntaxError(err error) {
	e, ok := err.(tokenError)
	if !ok || e.GetToken() == nil {
		s.add("PB001", span{1, 1, 0}, "not readable as YAML: %v", err)
		return
	}
	at := s.spanOf(e.GetToken())
	if indent := strings.TrimLeft(s.lines[at.line-1], " "); strings.HasPrefix(indent, "\t") {
		s.addHint("PB001", at, "indent with spaces", "a tab in the indentation")
		return
	}
	s.addHint("PB001", at, s.syntaxHint(at, e.GetMessage()), "not readable as YAML: %s", e.GetMessage())
}

// syntaxHint names the mistake that people make most on a line like this one.
func (s *source) syntaxHint(at span, message string) string {
	line := s.lines[at.line-1]
	switch {
	case strings.Count(line, ": ") > 1 && !strings.ContainsAny(line, "{\"'"):
		return `quote a text that holds ": "`
	case strings.Contains(message, "not allowed in this context"):
		return "is it indented like the lines around it?"
	case strings.Contains(message, "must be specified"), strings.Contains(message, "not found"):
		return "something before this is not closed"
	}
	return ""
}

// convert copies the library's tree.
func (s *source) convert(n ast.Node) *node {
	switch n := n.(type) {
	case *ast.MappingNode:
		return s.convertMap(n, n.Values)
	case *ast.MappingValueNode:
		return s.convertMap(n, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		list := &node{kind: listNode, at: s.spanOf(n.GetToken())}
		for _, v := range n.Values {
			list.items = append(list.items, s.convert(v))
		}
		return list
	case *ast.LiteralNode:
		return s.scalar(n.GetToken(), n.Value.Value, true)
	case *ast.StringNode:
		t := n.GetToken().Type
		return s.scalar(n.GetToken(), n.Value, t == token.SingleQuoteType || t == token.DoubleQuoteType)
	case *ast.NullNode:
		return &node{kind: emptyNode, at: s.spanOf(n.GetToken())}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return s.scalar(n.GetToken(), n.GetToken().Value, false)
	case nil:
		return &node{kind: emptyNode, at: span{1, 1, 0}}
	}
	s.add("PB003", s.spanOf(n.GetToken()), "%s is not allowed", strings.ToLower(n.Type().String()))
	return &node{at: s.spanOf(n.GetToken())}
}

func (s *source) convertMap(n ast.Node, values []*ast.MappingValueNode) *node {
	m := &node{kind: mapNode, at: s.spanOf(n.GetToken())}
	for _, v := range values {
		key := s.convertKey(v.Key)
		m.fields = append(m.fields, field{key, s.convert(v.Value)})
	}
	if flow, ok := n.(*ast.MappingNode); len(m.fields) > 0 && !(ok && flow.IsFlowStyle) {
		m.at = m.fields[0].key.at
	}
	return m
}

// convertKey reads a key as the text that was typed: a key no is "no".
func (s *source) convertKey(k ast.MapKeyNode) *node {
	if wrapped, ok := k.(*ast.MappingKeyNode); ok && wrapped.Value != nil {
		key := s.convert(wrapped.Value)
		if key.kind != scalarNode {
			s.add("PB009", key.at, "a key is %s; it must be a single value", key.describe())
		}
		return key
	}
	t := k.GetToken()
	return s.scalar(t, t.Value, true)
}

func (s *source) scalar(t *token.Token, text string, quoted bool) *node {
	n := &node{kind: scalarNode, text: strings.TrimRight(text, "\n"), quoted: quoted, at: s.spanOf(t)}
	if at := strings.IndexFunc(text, unwanted); at >= 0 || strings.ContainsRune(text, 0) {
		r, _ := utf8.DecodeRuneInString(text[max(0, at):])
		s.add("PB002", n.at, "control character U+%04X", r)
	}
	return n
}

// spanOf is the place of a token, kept inside the file.
func (s *source) spanOf(t *token.Token) span {
	if t == nil || t.Position == nil {
		return span{1, 1, 0}
	}
	line := min(max(1, t.Position.Line), len(s.lines))
	text := s.line(line)
	column := min(max(1, t.Position.Column), len(text)+1)
	return span{line, column, tokenWidth(t, text[column-1:])}
}

// tokenWidth is how many characters of the line a token covers.
func tokenWidth(t *token.Token, rest []rune) int {
	switch t.Type {
	case token.DoubleQuoteType, token.SingleQuoteType:
		for i := 1; i < len(rest); i++ {
			if rest[i] == '\\' && rest[0] == '"' {
				i++
			} else if rest[i] == rest[0] {
				return i + 1
			}
		}
		return len(rest)
	}
	first, _, _ := strings.Cut(t.Value, "\n")
	return min(utf8.RuneCountInString(first), len(rest))
}

// quote prints a word as messages do, shortened when it is long.
func quote(word string) string {
	if r := []rune(word); len(r) > maxID {
		word = string(r[:maxID]) + "…"
	}
	return fmt.Sprintf("%q", word)
}
