package fleet

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/exporter-toolkit/web"
)

// How long a client may take with what is not a run.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	maxHeader  = 64 << 10
)

// CheckWeb says what is wrong with a web configuration (TLS and basic auth, in
// the format of the exporters of Prometheus); nil when it can be used.
func CheckWeb(path string) error { return web.Validate(path) }

// Serve answers until ctx ends. Then it takes no more, lets what is under way
// finish, and returns nil; patience bounds how long that may take. The
// listeners are closed in any case.
func (e *Exporter) Serve(ctx context.Context, listeners []net.Listener, handler http.Handler, webConfig string, log *slog.Logger, patience time.Duration) error {
	beating, still := context.WithCancel(context.WithoutCancel(ctx))
	defer still()
	go e.pulse.run(beating)
	failed := make(chan error, len(listeners))
	var servers []*http.Server
	systemd := false
	for _, l := range listeners {
		// One server each: the toolkit changes the one that it is given.
		s := &http.Server{
			Handler: handler, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		}
		servers = append(servers, s)
		go func() {
			failed <- web.Serve(l, s, &web.FlagConfig{WebConfigFile: &webConfig, WebSystemdSocket: &systemd}, log)
		}()
	}
	var err error
	select {
	case <-ctx.Done():
		log.Info("Stopping: no more scrapes are taken, those under way are finished")
	case err = <-failed:
	}
	e.stopping.Store(true)
	closing, stop := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer stop()
	var stopped sync.WaitGroup
	for _, s := range servers {
		stopped.Go(func() {
			if end := s.Shutdown(closing); end != nil {
				log.Warn("Stopped with scrapes under way", "after", patience)
				_ = s.Close()
			}
		})
	}
	stopped.Wait()
	e.finish(closing)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// finish waits for runs that nobody waits for any more.
func (e *Exporter) finish(ctx context.Context) {
	ended := make(chan struct{})
	go func() {
		e.flights.wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}
