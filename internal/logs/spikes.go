package logs

import (
	"math"
	"slices"
	"strings"
	"time"
)

// The widths of a bucket; each divides the next.
var widths = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour, 364 * 24 * time.Hour,
}

const (
	maxBuckets = 100 // what a reader can take in; more makes them wider
	maxSet     = 64  // users or sources that are counted apart in a bucket
	minBuckets = 8   // fewer are no baseline
	minSpike   = 5   // failures; fewer are none
	// spikeScore is how many standard deviations, estimated as 1.4826 times the
	// MAD, a bucket must be above the median.
	spikeScore = 5
)

// Statistic names how spikes are found.
const Statistic = "median + 5 x 1.4826 x MAD of the failures in a bucket"

// A cell is what happened in one bucket.
type cell struct {
	count                  int
	causes, users, sources map[string]int
	plots                  map[plot]int // the same by all three, to take a story out
}

// A plot is a failure as a bucket remembers it.
type plot struct{ user, source, cause string }

// maxPlots bounds them in a bucket.
const maxPlots = 2 * maxSet

func newCell() *cell {
	return &cell{causes: map[string]int{}, users: map[string]int{}, sources: map[string]int{}, plots: map[plot]int{}}
}

func (c *cell) add(p plot, n int) {
	c.count += n
	bump(c.causes, p.cause, n)
	if !strings.HasPrefix(p.user, agentMark) {
		bump(c.users, p.user, n)
	}
	bump(c.sources, p.source, n)
	c.remember(p, n)
}

func (c *cell) remember(p plot, n int) {
	if _, ok := c.plots[p]; ok || len(c.plots) < maxPlots {
		c.plots[p] += n
	}
}

// without is what is left of a bucket when what is claimed is taken out. What
// was not remembered one by one goes with it: where much happens, it is the
// attack.
func (c *cell) without(claimed func(plot) bool) *cell {
	out, any := newCell(), false
	for p, n := range c.plots {
		if claimed(p) {
			any = true
		} else {
			out.add(p, n)
		}
	}
	if !any {
		return c
	}
	return out
}

func (c *cell) join(o *cell) {
	c.count += o.count
	for p, n := range o.plots {
		c.remember(p, n)
	}
	for _, m := range []struct{ to, from map[string]int }{{c.causes, o.causes}, {c.users, o.users}, {c.sources, o.sources}} {
		for k, n := range m.from {
			bump(m.to, k, n)
		}
	}
}

func bump(m map[string]int, key string, n int) {
	if _, ok := m[key]; key != "" && (ok || len(m) < maxSet) {
		m[key] += n
	}
}

// series is the failures over time, in buckets as wide as it takes.
type series struct {
	level int // in widths
	cells map[int64]*cell
}

func newSeries() *series { return &series{cells: map[int64]*cell{}} }

func (s *series) width() time.Duration { return widths[s.level] }

func (s *series) slot(at time.Time) int64 {
	return int64(math.Floor(float64(at.Unix()) / s.width().Seconds()))
}

func (s *series) begin(slot int64) time.Time {
	return time.Unix(slot*int64(s.width().Seconds()), 0).UTC()
}

func (s *series) add(at time.Time, n int, cause, user, source string) {
	k := s.slot(at)
	c := s.cells[k]
	if c == nil {
		c = newCell()
		s.cells[k] = c
	}
	c.add(plot{user, source, cause}, n)
	for len(s.cells) > 4*maxBuckets {
		s.widen()
	}
}

// without is what is left of the series without what is claimed.
func (s *series) without(claimed func(plot) bool) *series {
	out := &series{level: s.level, cells: map[int64]*cell{}}
	for k, c := range s.cells {
		if rest := c.without(claimed); rest.count > 0 {
			out.cells[k] = rest
		}
	}
	return out
}

// widen goes to the next width.
func (s *series) widen() {
	if s.level+1 >= len(widths) {
		return
	}
	old := *s
	s.level++
	s.cells = map[int64]*cell{}
	for k, c := range old.cells {
		n := s.slot(old.begin(k))
		if s.cells[n] == nil {
			s.cells[n] = c
		} else {
			s.cells[n].join(c)
		}
	}
}

// A Bucket is a part of the time and the failures in it.
type Bucket struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Count int       `json:"count"`
}

// A Spike is a time in which far more failed than usual.
type Spike struct {
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Count    int       `json:"count"`
	Expected float64   `json:"expected"` // at the median rate
	Cause    string    `json:"cause"`    // the most frequent one
	Users    int       `json:"users"`    // how many; 64 stands for 64 or more in a bucket
	Sources  int       `json:"sources"`
	Reading  string    `json:"reading"` // one of Readings
}

// span gives the slots of a time, and widens until they are few enough.
func (s *series) span(from, to time.Time) (first, last int64) {
	for s.slot(to)-s.slot(from) >= maxBuckets && s.level+1 < len(widths) {
		s.widen()
	}
	return s.slot(from), s.slot(to)
}

// buckets are all of the time that was covered, the quiet ones too.
func (s *series) buckets(first, last int64) []Bucket {
	out := []Bucket{}
	if len(s.cells) == 0 {
		return out
	}
	for k := first; k <= last; k++ {
		b := Bucket{Start: s.begin(k), End: s.begin(k + 1)}
		if c := s.cells[k]; c != nil {
			b.Count = c.count
		}
		out = append(out, b)
	}
	return out
}

// limit is the median, and the count from which a bucket is a spike. The
// deviation is at least that of chance, so that a flat line has none.
func limit(buckets []Bucket) (median, above float64) {
	counts := make([]float64, len(buckets))
	for i, b := range buckets {
		counts[i] = float64(b.Count)
	}
	median = middle(counts)
	for i, n := range counts {
		counts[i] = math.Abs(n - median)
	}
	deviation := max(1.4826*middle(counts), math.Sqrt(median))
	return median, max(median+spikeScore*deviation, minSpike)
}

func middle(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	n := len(v)
	if n == 0 {
		return 0
	}
	return (v[(n-1)/2] + v[n/2]) / 2
}

// plainly is the reading of a time by itself.
func plainly(c *cell) string { return read(scene{c.count, c.causes, c.users, c.sources}) }

// spikes joins neighbouring buckets above the limit.
func (s *series) spikes(buckets []Bucket, first int64, judge func(*cell) string) []Spike {
	out := []Spike{}
	if len(buckets) < minBuckets {
		return out
	}
	median, above := limit(buckets)
	for i := 0; i < len(buckets); i++ {
		if float64(buckets[i].Count) < above {
			continue
		}
		all, from := newCell(), i
		for ; i < len(buckets) && float64(buckets[i].Count) >= above; i++ {
			all.join(s.cells[first+int64(i)])
		}
		out = append(out, Spike{
			Start: buckets[from].Start, End: buckets[i-1].End, Count: all.count, Expected: median * float64(i-from),
			Cause: most(all.causes), Users: len(all.users), Sources: len(all.sources),
			Reading: judge(all),
		})
	}
	return out
}
