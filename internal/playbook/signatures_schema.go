package playbook

import "github.com/authdoctor/authdoctor/internal/diag"

// SignaturesJSONSchema is the JSON Schema of files that say what error
// messages mean.
func SignaturesJSONSchema() []byte {
	return document("What error messages mean, for authdoctor explain", signaturesShape())
}

func signaturesShape() shape {
	advice := mapping(shape{
		"meaning": ref("text"), "next": ref("text"), "actor": enum(diag.Actors), "playbook": ref("id"), "cause": ref("id"),
	})
	classes := mapOf(advice)
	classes["propertyNames"] = enum(diag.Classes)
	return mapping(shape{
		"schema":     fixed(SignaturesSchema),
		"system":     say(ref("text"), "Who says it, for every signature that does not say it."),
		"reference":  say(ref("address"), "Where the facts come from, likewise."),
		"shared":     say(shape{"type": "boolean"}, "The codes belong to many systems; marks tell whose they are."),
		"strength":   say(enum(strengths()), "What a match counts against another's, weakest first."),
		"forms":      say(ref("texts"), "Patterns with {n}, which the numbers fill."),
		"example":    say(ref("texts"), "Examples with {n} or {code} for signatures without their own."),
		"near":       say(ref("texts"), "Messages in which no signature of the file may be found."),
		"advice":     say(classes, "Cause class -> what a signature says when it does not say it itself."),
		"marks":      say(mapOf(ref("texts")), "System -> wording that tells that it speaks."),
		"names":      say(mapOf(ref("texts")), "System -> what people call it; in any case of letters where it is written in lower case."),
		"families":   say(mapOf(ref("text")), "Name -> words that tell the same, as a regular expression of Go."),
		"unless":     say(ref("texts"), "Families: a sentence with one of them tells nothing."),
		"literals":   say(ref("texts"), "For every signature without its own."),
		"with":       say(ref("texts"), "For every signature without its own."),
		"without":    say(ref("texts"), "For every signature, beside its own."),
		"signatures": listOf(signatureShape()),
	}, "schema")
}

func signatureShape() shape {
	return mapping(shape{
		"id":           ref("id"),
		"system":       ref("text"),
		"code":         say(ref("text"), "As the system writes it."),
		"literals":     say(ref("texts"), "At least one is in every such message; the code when left out."),
		"pattern":      say(ref("text"), "A regular expression of Go; its groups code, local, server, now, start, expiry, who and path are read; of words that others have to surround, words is the span that counts."),
		"frames":       say(ref("texts"), "Each is families that stand near each other in one sentence, instead of a pattern."),
		"unless":       say(ref("texts"), "Families: a sentence with one of them tells nothing; beside those of the file."),
		"numbers":      say(ref("texts"), "Other spellings of the code, for the forms of the file."),
		"with":         say(ref("texts"), "One of them must be in the message as well."),
		"without":      say(ref("texts"), "None of them may be."),
		"shared":       shape{"type": "boolean"},
		"of_line":      say(shape{"type": "boolean"}, "It tells what kind of text its line is, and nothing of other lines: one of those that refuses by itself counts."),
		"lines":        say(shape{"type": "boolean"}, "Its pattern is one of a line, and fits half of those of a message of several lines; none of the others refuses by itself."),
		"step":         say(shape{"type": "boolean"}, "It tells of a step of a sign-in and not of its end: a refusal behind it counts."),
		"after":        say(shape{"type": "boolean"}, "It tells of a success that is looked for only where something was refused; it counts when that stands before it and nothing refuses behind. Its groups who and path must be spoken of before."),
		"strength":     enum(strengths()),
		"certainty":    enum(diag.Certainties),
		"class":        enum(diag.Classes),
		"alternatives": say(enums(diag.Classes), "Classes that the text leaves open."),
		"question":     say(ref("text"), "Would decide between them."),
		"title":        ref("text"),
		"meaning":      ref("text"),
		"next":         ref("text"),
		"actor":        enum(diag.Actors),
		"playbook":     ref("id"),
		"cause":        ref("id"),
		"reference":    ref("address"),
		"examples":     ref("texts"),
		"near":         ref("texts"),
	}, "id", "class", "title")
}
