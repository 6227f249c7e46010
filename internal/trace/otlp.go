package trace

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// send posts a batch as the protocol says (OTLP/HTTP, binary), and again where
// the collector is only busy.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
func (s *settings) send(ctx context.Context, batch *tracepb.TracesData) error {
	body, err := proto.Marshal(batch)
	if err != nil {
		return err
	}
	if s.gzip {
		var small bytes.Buffer
		w := gzip.NewWriter(&small)
		_, err1 := w.Write(body)
		if err := errors.Join(err1, w.Close()); err != nil {
			return err
		}
		body = small.Bytes()
	}
	ctx, stop := context.WithTimeout(ctx, s.timeout)
	defer stop()
	for pause := 500 * time.Millisecond; ; pause *= 2 {
		again, err := s.post(ctx, body)
		if err == nil || again < 0 {
			return err
		}
		select {
		case <-time.After(max(again, pause)):
		case <-ctx.Done():
			return err
		}
	}
}

// post sends a batch once. Again is how long the collector wants to be left
// alone before the next try; negative where there is to be none.
func (s *settings) post(ctx context.Context, body []byte) (again time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint, bytes.NewReader(body))
	if err != nil {
		return -1, errors.New("the address of the collector cannot be used")
	}
	for _, pair := range s.headers {
		r.Header.Set(pair[0], pair[1])
	}
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("User-Agent", "authdoctor")
	if s.gzip {
		r.Header.Set("Content-Encoding", "gzip")
	}
	answer, err := s.http.Do(r)
	if err != nil {
		// Without the address: there may be a key in it.
		if about, ok := errors.AsType[*url.Error](err); ok {
			err = about.Err
		}
		return -1, fmt.Errorf("the collector cannot be reached: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection can be used again
	switch answer.StatusCode {
	case http.StatusOK, http.StatusAccepted, http.StatusNoContent:
		return 0, nil
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		return time.Duration(max(0, seconds)) * time.Second, fmt.Errorf("the collector answers %d", answer.StatusCode)
	}
	return -1, fmt.Errorf("the collector answers %d", answer.StatusCode)
}
