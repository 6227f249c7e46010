package phone_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// ask sends a request as the page would, and gives the status of the answer.
func ask(t *testing.T, method, url, body string, change func(*http.Request)) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Origin", "http://"+r.URL.Host)
		r.Header.Set("Content-Type", "application/json")
	}
	if change != nil {
		change(r)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var b strings.Builder
	_, _ = copyAll(&b, answer)
	return answer.StatusCode, answer.Header, b.String()
}

// occupy makes another phone be measured.
func occupy(t *testing.T, url string) string {
	t.Helper()
	code, _, body := ask(t, http.MethodPost, url+"/start", "{}", nil)
	_, after, _ := strings.Cut(body, `"visit":"`)
	visit, _, ok := strings.Cut(after, `"`)
	if code != http.StatusOK || !ok {
		t.Fatalf("start: %d %s", code, body)
	}
	return visit
}

func copyAll(b *strings.Builder, answer *http.Response) (int64, error) {
	return io.Copy(b, answer.Body)
}
