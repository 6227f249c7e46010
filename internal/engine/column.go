package engine

import (
	"math"
	"slices"
)

// column is P(outcome | cause) over all causes, for one outcome of a test.
// Few causes say anything about a test; the others share its default. The
// default is common to every cause, so that it cancels out of a posterior, and
// what is left to add are the few exceptions.
type column struct {
	base  float64   // of every cause that is not in causes
	at    []int32   // causes with a number of their own, ascending
	p     []float64 // those numbers
	ratio []float64 // log p - log base; log p itself where base is 0
	log   float64   // log base; 0 where base is 0
	zero  bool      // it rules out some cause
}

// newColumn reads one outcome out of rows: that of everybody, and those of
// some causes, which are sorted.
func newColumn(base float64, at []int32, p []float64) column {
	c := column{base: base, at: at, p: p, ratio: make([]float64, len(p)), zero: base == 0}
	if base > 0 {
		c.log = math.Log(base)
	}
	for k, v := range p {
		c.ratio[k] = math.Log(v) - c.log
		c.zero = c.zero || v == 0
	}
	return c
}

// of is P(outcome | cause i).
func (c *column) of(i int) float64 {
	if k, own := slices.BinarySearch(c.at, int32(i)); own {
		return c.p[k]
	}
	return c.base
}

// add multiplies weights, given as logarithms, by the column, up to a factor
// that all of them share; that factor's logarithm is returned.
func (c *column) add(logs []float64) float64 {
	if c.base == 0 {
		return c.addOnly(logs)
	}
	for k, i := range c.at {
		logs[i] += c.ratio[k]
	}
	return c.log
}

// addOnly is add where all other causes are ruled out.
func (c *column) addOnly(logs []float64) float64 {
	k := 0
	for i := range logs {
		if k < len(c.at) && int(c.at[k]) == i {
			logs[i] += c.ratio[k]
			k++
			continue
		}
		logs[i] = math.Inf(-1)
	}
	return 0
}

// possible reports whether some cause that is still possible allows the
// outcome.
func (c *column) possible(logs []float64) bool {
	if !c.zero {
		return true
	}
	k := 0
	for i, l := range logs {
		p := c.base
		if k < len(c.at) && int(c.at[k]) == i {
			p = c.p[k]
			k++
		}
		if p > 0 && !math.IsInf(l, -1) {
			return true
		}
	}
	return false
}

// dense writes the column out, one number a cause.
func (c *column) dense(out []float64) []float64 {
	for i := range out {
		out[i] = c.base
	}
	for k, i := range c.at {
		out[i] = c.p[k]
	}
	return out
}

// times writes weights multiplied by the column into out, and returns their
// sum.
func (c *column) times(weights, out []float64) float64 {
	k, sum := 0, 0.0
	for i, w := range weights {
		p := c.base
		if k < len(c.at) && int(c.at[k]) == i {
			p = c.p[k]
			k++
		}
		out[i] = w * p
		sum += out[i]
	}
	return sum
}

// A telling is what one outcome of a test would tell of causes.
type telling struct {
	chance float64 // that it comes, 0 to 1
	leader int     // the most probable cause after it; the first of equals
	bits   float64 // how far it would move the belief (Kullback and Leibler), times its chance
}

// tells weighs an outcome by the causes' probabilities w. With p = P(outcome |
// cause) a cause has w·p/chance afterwards, which is p/chance of what it had
// before: the sum of w·p·log2(p/chance) needs no posterior to be written.
func (c *column) tells(weights []float64) telling {
	own := func(log, p float64) float64 { // p·log2 p
		if p == 0 {
			return 0
		}
		return p * log / math.Ln2
	}
	var t telling
	most, base, k := -1.0, own(c.log, c.base), 0
	for i, w := range weights {
		p, bits := c.base, base
		if k < len(c.at) && int(c.at[k]) == i {
			p, bits = c.p[k], own(c.ratio[k]+c.log, c.p[k])
			k++
		}
		if w*p > most {
			most, t.leader = w*p, i
		}
		t.chance += w * p
		t.bits += w * bits
	}
	if t.chance > 0 {
		t.bits -= t.chance * math.Log2(t.chance)
	}
	return t
}

// mass is the sum of weights multiplied by the column.
func (c *column) mass(weights []float64) float64 {
	k, sum := 0, 0.0
	for i, w := range weights {
		p := c.base
		if k < len(c.at) && int(c.at[k]) == i {
			p = c.p[k]
			k++
		}
		sum += w * p
	}
	return sum
}
