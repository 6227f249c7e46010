package wizard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// What is waited for ends the page by itself; until then one can go back or
// out, and nothing else that is pressed means anything.
func TestWait(t *testing.T) {
	for _, accessible := range []bool{false, true} {
		for name, tt := range map[string]struct {
			keys    []string
			happens bool
			want    error
		}{
			"it happens":               {nil, true, nil},
			"after keys that are none": {[]string{enter, space, "x"}, true, nil},
			"back":                     {[]string{"b"}, false, diag.ErrBack},
			"quit":                     {[]string{"q"}, false, diag.ErrCancelled},
		} {
			t.Run(fmt.Sprintf("%s/%v", name, accessible), func(t *testing.T) {
				p := sitDown(t, Options{Accessible: accessible})
				until := make(chan struct{})
				var sizes [2]int
				draw := func(columns, rows int) []string {
					sizes = [2]int{columns, rows}
					return []string{"\x1b[7mA picture\x1b[0m"}
				}
				_, err := during(p, t.Context(), func(ctx context.Context) (any, error) {
					return nil, p.wiz.Wait(ctx, "Waiting for it", "It came", draw, until)
				}, func() {
					p.out.await(t, "Waiting for it", 1)
					for _, k := range tt.keys {
						if accessible {
							k = strings.TrimSpace(k) + "\n"
						}
						p.press(k)
					}
					if tt.happens {
						close(until)
					}
				})
				if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
					t.Errorf("ended with %v, want %v", err, tt.want)
				}
				text := p.out.String()
				if !strings.Contains(text, "\x1b[7mA picture\x1b[0m") {
					t.Errorf("the picture is not shown as it is:\n%q", text)
				}
				if said := strings.Contains(strip(text), "It came"); !accessible && said != tt.happens {
					t.Errorf("it says that it happened: %v\n%s", said, strip(text))
				}
				if want := map[bool]int{true: 0, false: 20}[accessible]; sizes[1] != want {
					t.Errorf("%d rows to draw in, want %d", sizes[1], want)
				}
			})
		}
	}
}

// The end of everything ends the wait too.
func TestWaitIsCancelled(t *testing.T) {
	for _, accessible := range []bool{false, true} {
		p := sitDown(t, Options{Accessible: accessible})
		ctx, stop := context.WithCancel(t.Context())
		_, err := during(p, ctx, func(ctx context.Context) (any, error) {
			return nil, p.wiz.Wait(ctx, "Waiting for it", "It came", func(int, int) []string { return nil }, nil)
		}, func() {
			p.out.await(t, "Waiting for it", 1)
			stop()
		})
		if !errors.Is(err, diag.ErrCancelled) {
			t.Errorf("ended with %v", err)
		}
	}
}
