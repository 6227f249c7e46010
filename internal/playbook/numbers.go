package playbook

// The words that an author may use instead of numbers. The likelihoods are
// symmetric in log-odds, so a word's opposite is its mirror.
var (
	likelihoodWords = []numberWord{
		{"never", .01}, {"rarely", .10}, {"sometimes", .25}, {"half", .50},
		{"often", .75}, {"usually", .90}, {"always", .99},
	}
	priorWords = []numberWord{{"very-common", 27}, {"common", 9}, {"uncommon", 3}, {"rare", 1}}
)

type numberWord struct {
	word  string
	value float64
}

// LikelihoodWord gives the probability that a word stands for.
func LikelihoodWord(word string) (float64, bool) { return lookUp(likelihoodWords, word) }

// PriorWord gives the relative weight that a word stands for.
func PriorWord(word string) (float64, bool) { return lookUp(priorWords, word) }

func lookUp(words []numberWord, word string) (float64, bool) {
	for _, w := range words {
		if w.word == word {
			return w.value, true
		}
	}
	return 0, false
}

// leakShare is the part of all weight that a leak gets when the author
// declares none.
const leakShare = .08
