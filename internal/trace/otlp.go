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

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// client posts batches of spans as the protocol says (OTLP/HTTP, binary).
// The library's own client links gRPC, which is two megabytes that nobody who
// is locked out has a use for; all that is left of it then is this post.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
type client struct {
	*settings
}

func (s *settings) client() otlptrace.Client { return client{s} }

// Start implements otlptrace.Client.
func (client) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (c client) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	return nil
}

// UploadTraces implements otlptrace.Client. TracesData has the same form on
// the wire as the request that is wanted, and brings no service with it.
func (c client) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return err
	}
	if c.gzip {
		var small bytes.Buffer
		w := gzip.NewWriter(&small)
		_, err1 := w.Write(body)
		if err := errors.Join(err1, w.Close()); err != nil {
			return err
		}
		body = small.Bytes()
	}
	ctx, stop := context.WithTimeout(ctx, c.timeout)
	defer stop()
	for pause := 500 * time.Millisecond; ; pause *= 2 {
		again, err := c.post(ctx, body)
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
func (c client) post(ctx context.Context, body []byte) (again time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return -1, errors.New("the address of the collector cannot be used")
	}
	for name, value := range c.headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("User-Agent", "authdoctor")
	if c.gzip {
		r.Header.Set("Content-Encoding", "gzip")
	}
	answer, err := c.http.Do(r)
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
