package engine

// AnswerFormat is the exchange format of what was worked out from a model and
// a case.
const AnswerFormat = "authdoctor.oracle/1"

// A Case is what is known of a model: outcomes of its tests. What has the
// outcome "unknown" or "skipped" counts as done and says nothing. Steps and
// Questions restrict what is planned with; nil for all that are left.
type Case struct {
	Observed  []Observed `json:"observed"`
	Steps     []string   `json:"steps,omitempty"`
	Questions []string   `json:"questions,omitempty"`
}

// Observed is one test with its outcome.
type Observed struct {
	ID      string `json:"id"`
	Outcome string `json:"outcome"`
}

// An Answer is the JSON of `authdoctor playbook plan`. Probabilities are from
// 0 to 1, costs are in the model's unit (minutes for a playbook).
type Answer struct {
	Format        string             `json:"format"`
	Model         string             `json:"model"`
	Log10Evidence float64            `json:"log10_evidence"`
	Posterior     map[string]float64 `json:"posterior"`
	Ranking       []string           `json:"ranking"`
	EntropyBits   float64            `json:"entropy_bits"`
	ConflictBits  float64            `json:"conflict_bits"` // of log2(product of P(e_i) / P(e)); above 0, what rarely goes together
	Explain       Explanation        `json:"explain"`
	PFixedBy      map[string]float64 `json:"p_fixed_by"` // by the end of that step, in the order of the model
	PFixNow       map[string]float64 `json:"p_fix_now"`
	OptimalFirst  string             `json:"optimal_first,omitempty"`
	OptimalStates int                `json:"optimal_states,omitempty"`
	// ECR is the expected cost of each policy; nil where it was too much to
	// work out.
	ECR  map[string]*float64 `json:"ecr"`
	EVOI map[string]Worth    `json:"evoi"`
	Plan Plan                `json:"plan"`
	// Case is what an answers file came to; only of a playbook.
	Case *Case `json:"case,omitempty"`
}

// Explanation is the leader against the runner-up, in decibans. PriorDB plus
// the sum of PairwiseDB is PosteriorDB; DropOneDB is how far the leader's
// log-odds would fall without that observation.
type Explanation struct {
	Leader      string             `json:"leader"`
	RunnerUp    string             `json:"runner_up"`
	PriorDB     float64            `json:"prior_db"`
	PairwiseDB  map[string]float64 `json:"pairwise_db"`
	PosteriorDB float64            `json:"posterior_db"`
	DropOneDB   map[string]float64 `json:"drop_one_db"`
}

// Worth is what a question is worth now: Value is how much less the rest would
// cost on average, Net that less its own cost.
type Worth struct {
	Cost            float64               `json:"cost"`
	Value           *float64              `json:"value"` // nil where it was too much to work out
	Net             *float64              `json:"net"`
	InformationBits float64               `json:"information_bits"`
	Answers         map[string]AfterReply `json:"answers"`
}

// AfterReply is an answer's probability, and what would lead after it.
type AfterReply struct {
	P         float64  `json:"p"`
	Leader    string   `json:"leader,omitempty"`
	Posterior *float64 `json:"posterior,omitempty"`
}

// Plan is what to do now, beyond what the format's other programs say.
type Plan struct {
	Method string  `json:"method"` // exact or look-ahead
	First  string  `json:"first"`  // a test, or escalate, or stop
	Cost   float64 `json:"cost"`   // expected, when one goes on from there as planned
	// PriceOfOrder is what trying the steps in their order costs more.
	PriceOfOrder float64 `json:"price_of_order"`
	// EscalateNow: no step that is left is worth its cost, and no question.
	EscalateNow bool `json:"escalate_now"`
	// WouldChange are outcomes, not known yet, after which another cause would
	// lead; the most probable first.
	WouldChange []Flip `json:"would_change"`
	// BlockedBy is the check that has to pass before anything is planned, and
	// BlockedCode what it found; only of a playbook.
	BlockedBy   string `json:"blocked_by,omitempty"`
	BlockedCode string `json:"blocked_code,omitempty"`
}

// Flip is an outcome that would make another cause lead.
type Flip struct {
	ID          string  `json:"id"`
	Outcome     string  `json:"outcome"`
	Probability float64 `json:"probability"`
	Leader      string  `json:"leader"`
}
