package probe

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/google/go-cmp/cmp"
)

func TestCleanText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "hello, wörld ✓ 日本", "hello, wörld ✓ 日本"},
		{"colours", "\x1b[1;31mred\x1b[0m", "red"},
		{"a window's title", "\x1b]0;gotcha\x07x\x1b]2;gotcha\x1b\\y", "xy"},
		{"a bare escape", "a\x1bb", "ab"},
		{"an 8-bit escape", "a\u009b31mb", "a31mb"},
		{"lines", "a\r\nb\tc\u2028d", "a  b c d"},
		{"nul, bell, backspace, delete", "a\x00b\x07c\bd\x7fe", "abcde"},
		{"turned text", "a\u202eb\u2066c\u200fd", "abcd"},
		{"zero width", "a\u200bb\ufeffc", "abc"},
		{"broken UTF-8", "a\xff\xfeb", "a\ufffdb"},
		{"long", strings.Repeat("é", 400), strings.Repeat("é", 299) + "…"},
		{"as long as may be", strings.Repeat("é", 300), strings.Repeat("é", 300)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, cleanText(tt.in, lineRunes)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCleanFacts(t *testing.T) {
	var deep any = "bottom"
	for range 20 {
		deep = []any{deep}
	}
	many := make([]any, 1000)
	got := clean(diag.Finding{ElapsedMS: -1, Facts: map[string]any{
		"text\x00": "a\x1b[2Jb", "n": 3, "big": int64(1 << 40), "x": 1.5, "yes": true, "none": nil,
		"nan": math.NaN(), "inf": math.Inf(-1), "list": []string{"a\n"}, "maps": []map[string]any{{"k": "v\x07"}},
		"error": errors.New("odd\x00"), "secret": diag.NewSecret("hunter2"), "many": many, "deep": deep,
	}})
	list := got.Facts["many"].([]any)
	delete(got.Facts, "many")
	want := diag.Finding{Facts: map[string]any{
		"text": "ab", "n": 3, "big": int64(1 << 40), "x": 1.5, "yes": true, "none": nil,
		"nan": nil, "inf": nil, "list": []any{"a "}, "maps": []any{map[string]any{"k": "v"}},
		"error": "odd", "secret": "[secret]", "deep": []any{[]any{[]any{[]any{[]any{[]any{[]any{"…"}}}}}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(list) != factItems {
		t.Errorf("a list of %d", len(list))
	}
	if _, err := json.Marshal(got); err != nil {
		t.Error(err)
	}
}
