package playbook

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// JSONSchema is the JSON Schema of playbooks, for editors and other programs.
// It knows the shape of a file; what refers to what, only Lint knows.
func JSONSchema() []byte {
	return document("An authdoctor playbook", playbookShape())
}

// ScenariosJSONSchema is the JSON Schema of scenario files.
func ScenariosJSONSchema() []byte {
	return document("Scenarios of an authdoctor playbook", scenariosShape())
}

// AnswersJSONSchema is the JSON Schema of answers files.
func AnswersJSONSchema() []byte {
	given := givenKeys()
	given["schema"] = fixed(AnswersSchema)
	given["playbook"] = say(ref("id"), "The playbook that the answers are for.")
	given["message"] = say(shape{"type": "string"}, "The error message, as it was pasted.")
	return document("Answers for authdoctor diagnose", mapping(given, "schema"))
}

// shape is a JSON Schema, or a part of one.
type shape = map[string]any

func document(title string, body shape) []byte {
	body["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	body["title"] = title
	body["$defs"] = definitions()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(body); err != nil {
		return nil // maps of strings and numbers always encode
	}
	return out.Bytes()
}

// mapping is a mapping with fixed keys, some of them required.
func mapping(keys shape, required ...string) shape {
	s := shape{"type": "object", "properties": keys, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func ref(name string) shape      { return shape{"$ref": "#/$defs/" + name} }
func fixed(value string) shape   { return shape{"const": value} }
func listOf(item shape) shape    { return shape{"type": "array", "items": item} }
func filled(item shape) shape    { return shape{"type": "array", "items": item, "minItems": 1} }
func mapOf(value shape) shape    { return shape{"type": "object", "additionalProperties": value} }
func anyOf(parts ...shape) shape { return shape{"anyOf": parts} }

func enum(words []string) shape { return shape{"enum": words} }

// enums is one word of a list, or a list of them.
func enums(words []string) shape { return anyOf(enum(words), filled(enum(words))) }

// say adds a description, which editors show.
func say(s shape, description string) shape {
	out := shape{"description": description}
	for k, v := range s {
		out[k] = v
	}
	return out
}

func numberRange(low, high float64) shape {
	return shape{"type": "number", "minimum": low, "maximum": high}
}

func definitions() shape {
	const id = "^[a-z0-9]+(-[a-z0-9]+)*$"
	return shape{
		"id":         say(shape{"type": "string", "pattern": id, "maxLength": maxID}, "Lower-case words joined by hyphens."),
		"text":       shape{"type": []string{"string", "number", "boolean"}, "minLength": 1, "pattern": `\S`},
		"texts":      anyOf(ref("text"), listOf(ref("text"))),
		"names":      anyOf(ref("id"), listOf(ref("id"))),
		"scalar":     shape{"type": []string{"string", "number", "boolean"}},
		"minutes":    numberRange(0, maxMinutes),
		"likelihood": say(anyOf(enum(names(likelihoodWords)), numberRange(0, 1)), wordList(likelihoodWords)),
		"prior": say(anyOf(enum(names(priorWords)), shape{"type": "number", "exclusiveMinimum": 0, "maximum": 1e6}),
			wordList(priorWords)),
		"row":       say(mapOf(ref("likelihood")), "P(outcome) for some outcomes; the others share the rest."),
		"rows":      say(mapOf(ref("row")), "Cause -> P(outcome | cause)."),
		"likely":    say(mapOf(ref("likelihood")), "Cause -> P(this | cause)."),
		"condition": say(mapOf(anyOf(ref("text"), filled(ref("text")))), "Holds when every key holds: symptom, message (its cause class), a question, a check or a step, with one of the values."),
		"vars":      shape{"type": "object", "propertyNames": shape{"pattern": "^[a-z][a-z0-9_]*$"}, "additionalProperties": anyOf(ref("scalar"), listOf(ref("text")))},
		"address":   shape{"type": "string", "pattern": "^https?://[^\\s<>\"]+$"},
	}
}

func wordList(words []numberWord) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.word + " " + short(w.value)
	}
	return strings.Join(parts, ", ") + ", or a number."
}

func playbookShape() shape {
	source := mapping(shape{"title": ref("text"), "url": ref("address")}, "title")
	escalate := mapping(shape{
		"minutes": say(ref("minutes"), "What it costs to turn to them; 60 when left out."),
		"to":      say(ref("text"), "Who can help."),
		"text":    say(ref("text"), "Why them, and what else to know."),
		"ask":     say(ref("text"), "What to tell them, as the person would say it."),
		"give":    say(ref("texts"), "What to give them."),
	})
	return mapping(shape{
		"schema":    fixed(Schema),
		"id":        ref("id"),
		"title":     ref("text"),
		"version":   ref("text"),
		"summary":   say(ref("text"), "What it is for, in a sentence or two."),
		"service":   say(ref("text"), "What to call the service by."),
		"surfaces":  say(enums(diag.Surfaces), "Where a person may act; the first is the default."),
		"vars":      say(ref("vars"), "Variables, used as {{name}}; a list is joined by commas."),
		"warnings":  say(ref("texts"), "Said before the first step."),
		"sources":   say(listOf(anyOf(ref("text"), source)), "Where the facts come from."),
		"reviewed":  say(shape{"type": "string", "format": "date"}, "When somebody last checked the facts."),
		"escalate":  say(anyOf(ref("text"), escalate), "Who can help when the playbook cannot."),
		"prevent":   say(ref("texts"), "Said after a fix, so that it stays away."),
		"symptoms":  listOf(symptomShape()),
		"causes":    filled(causeShape()),
		"checks":    listOf(checkShape()),
		"questions": listOf(questionShape()),
		"steps":     say(filled(stepShape()), "In the order of the stages; the last one is the retest."),
		"retest":    listOf(checkpointShape()),
		"guides":    listOf(guideShape()),
	}, "schema", "id", "title", "version", "surfaces", "causes")
}

func symptomShape() shape {
	return mapping(shape{
		"id": ref("id"), "title": ref("text"), "likely": ref("likely"),
		"otherwise": say(ref("likelihood"), "For every other cause; half when left out."),
	}, "id", "title")
}

func causeShape() shape {
	s := mapping(shape{
		"id": ref("id"), "title": ref("text"), "layer": enum(layers()), "class": enum(diag.Classes),
		"actor":    say(enum(diag.Actors), "Who can put it right."),
		"prior":    ref("prior"),
		"leak":     say(shape{"type": "boolean"}, `"None of these"; one is added when there is none.`),
		"escalate": say(ref("text"), "What to do when only somebody else can mend it."),
		"playbook": say(ref("id"), "To go on with when this is it. A playbook with such causes only sorts, and needs no steps."),
	}, "id", "prior")
	s["if"] = shape{"properties": shape{"leak": shape{"const": true}}, "required": []string{"leak"}}
	s["else"] = shape{"required": []string{"title", "layer", "class", "actor"}}
	return s
}

func checkShape() shape {
	return mapping(shape{
		"id": ref("id"), "title": say(ref("text"), "The kind's own when left out."),
		"run":         say(enum(kindNames()), "The kind of probe."),
		"with":        say(mapOf(anyOf(ref("scalar"), listOf(ref("text")))), "Parameters of the probe; never a secret."),
		"after":       say(ref("names"), "Checks whose failure hides this one."),
		"likely":      ref("rows"),
		"otherwise":   ref("row"),
		"conclusive":  say(ref("texts"), "Outcomes that prove the cause they raise."),
		"reliability": shape{"type": "number", "exclusiveMinimum": 0, "maximum": 1},
	}, "id", "run")
}

func questionShape() shape {
	choice := mapping(shape{
		"text":    ref("text"),
		"sets":    say(ref("vars"), "Variables that this answer sets."),
		"neutral": say(shape{"type": "boolean"}, "Tells nothing, and is part of no row."),
		"says":    say(ref("texts"), "Codes and wordings: a message that holds one of them gives this answer."),
		"input":   say(shape{"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}, "The variable that the person types."),
		"prompt":  say(ref("text"), "Asks for it."),
	}, "text")
	choice["dependentRequired"] = shape{"prompt": []string{"input"}}
	choices := mapOf(anyOf(ref("text"), choice))
	choices["propertyNames"], choices["minProperties"] = ref("id"), 2
	outcomes := shape{}
	for _, o := range diag.PhoneClock {
		outcomes[o] = ref("id")
	}
	outcomes["when"] = say(ref("condition"), "When the question is about a phone; always, when left out.")
	phoneClock := mapping(outcomes, diag.PhoneClock...)
	return mapping(shape{
		"id": ref("id"), "ask": ref("text"), "help": say(ref("text"), "Why it is asked."),
		"careful":     say(ref("texts"), "What has to be known before it is tried out; shown with the question."),
		"of_message":  say(shape{"type": "boolean"}, "It is about the words of the message: not asked of whoever has none, or whose message was recognised."),
		"show":        say(enum(shows), "What to show while asking."),
		"choices":     choices,
		"phone_clock": say(phoneClock, "What a measurement of the phone's clock answers: outcome -> choice."),
		"when":        ref("condition"), "likely": ref("rows"), "otherwise": ref("row"),
	}, "id", "ask", "choices")
}

func stepShape() shape {
	note := mapping(shape{
		"when": ref("condition"), "text": ref("text"), "title": say(ref("text"), "What the step is called then."),
		"unlikely": say(shape{"type": "boolean"}, "Then the step is unlikely to help, and the text is the reason."),
		"instead":  say(shape{"type": "boolean"}, "Then the text stands in the place of the instructions."),
		"replace":  say(shape{"type": "boolean"}, "As instead, for instructions that are other ones in this case: the step is tried as ever."),
	}, "when", "text")
	outcome := mapping(shape{"id": ref("id"), "title": ref("text"), "likely": ref("likely"), "otherwise": ref("likelihood")}, "id", "title")
	do := shape{"type": "object", "propertyNames": enum(diag.Surfaces), "additionalProperties": ref("texts")}
	return mapping(shape{
		"id": ref("id"), "stage": enum(stages()), "title": ref("text"), "minutes": ref("minutes"),
		"requires":     say(ref("names"), "Steps that must come before."),
		"fixes":        say(mapOf(ref("likelihood")), "Cause -> P(fixed | cause); 0 when left out."),
		"satisfied_by": say(ref("condition"), "What proves this step done already."),
		"affects":      say(ref("names"), "Checks to measure again after it."),
		"do":           say(do, "Surface -> what to do, in order."),
		"why":          ref("text"),
		"careful":      ref("texts"),
		"worse":        say(ref("texts"), "What to stop or undo when it made things worse."),
		"notes":        say(listOf(note), "Said with the step when a condition holds."),
		"guides":       ref("names"),
		"outcomes":     say(listOf(outcome), "What may be answered after it besides fixed, unchanged, worse, unverifiable."),
	}, "id", "stage", "title")
}

func checkpointShape() shape {
	return mapping(shape{
		"id": ref("id"), "title": ref("text"), "before": say(ref("texts"), "What must be safe first."),
		"minutes":  say(ref("minutes"), "To wait before it can be tried."),
		"postpone": say(shape{"type": "boolean"}, `May be left for later without spoiling "fixed".`),
		"longer": say(mapping(shape{"when": ref("condition"), "title": ref("text"), "minutes": ref("minutes")}, "when", "title", "minutes"),
			"What it has to be instead when a condition holds, such as a day for what comes once a day."),
		"undo":      say(ref("id"), "Checkpoint that takes this one back."),
		"remind":    say(ref("text"), "Said when this one works and has not been taken back."),
		"likely":    say(ref("likely"), "Cause -> P(fails | cause)."),
		"otherwise": ref("likelihood"),
	}, "id", "title")
}

func guideShape() shape {
	procedure := mapping(shape{
		"surface": enum(diag.Surfaces), "actor": enum(diag.Actors), "do": ref("texts"), "careful": ref("texts"),
	}, "surface", "actor", "do")
	return mapping(shape{"id": ref("id"), "title": ref("text"), "procedures": listOf(procedure)}, "id", "title", "procedures")
}

// givenKeys is what a scenario or an answers file says of a case.
func givenKeys() shape {
	words := mapOf(ref("text"))
	return shape{
		"symptoms": say(ref("names"), "What was ticked; leave it out when nobody was asked."),
		"checks":   say(words, "Check -> outcome, taken as given."),
		"answers":  say(words, "Question -> choice."),
		"steps":    say(words, "Step -> what is reported after it."),
		"retest":   say(mapOf(enums(points)), "Checkpoint -> what is reported, or a list: one per retest."),
		"vars":     ref("vars"),
	}
}

func scenariosShape() shape {
	expect := mapping(shape{
		"cause":   say(ref("id"), "The first of the causes when the first step is presented."),
		"top":     say(shape{"type": "integer", "minimum": 1, "maximum": 1000}, "The cause is within the first so many."),
		"walk":    say(ref("names"), "Every step presented, in order."),
		"verdict": enum(verdicts),
		"never":   say(ref("names"), "Steps that must not be presented."),
	})
	expect["minProperties"] = 1
	expect["dependentRequired"] = shape{"top": []string{"cause"}}
	scenario := mapping(shape{"name": ref("text"), "given": mapping(givenKeys()), "expect": expect}, "name", "expect")
	return mapping(shape{
		"schema": fixed(ScenariosSchema), "playbook": ref("id"), "scenarios": filled(scenario),
	}, "schema", "playbook", "scenarios")
}
