package playbook

// FleetJSONSchema is the JSON Schema of fleet files.
func FleetJSONSchema() []byte {
	port := anyOf(
		shape{"type": "integer", "minimum": 1, "maximum": 65535},
		shape{"type": "string", "pattern": "^[0-9]{1,5}(-[0-9]{1,5})?$"},
	)
	one := mapping(shape{
		"playbook": say(ref("text"), "Id of a built-in playbook, or a path beside this file; the name it is served by when left out."),
		"vars":     say(ref("vars"), "Variables of the playbook. {{target}} is HOST or HOST:PORT, {{host}} the host alone; at least one of them has to be used."),
		"only":     say(ref("names"), "The checks that are run; all of them when left out."),
		"tokens":   say(mapOf(ref("text")), "Check of kind token -> where its token is read from: a file, or env:NAME. It is sent nowhere."),
		"timeout":  say(numberRange(.1, 120), "What all checks together may take, in seconds; less when the scraper says so."),
	}, "vars")
	served := mapOf(one)
	served["propertyNames"], served["minProperties"] = ref("id"), 1
	return document("What authdoctor serve may be asked for", mapping(shape{
		"schema":    fixed(FleetSchema),
		"targets":   say(ref("texts"), "Names, addresses and networks that may be a target. Without them, none may."),
		"ports":     say(anyOf(port, listOf(port)), "Ports and ranges of ports that a target may name. Without them, none may."),
		"networks":  say(ref("texts"), "Inner networks that checks may reach, beside those in targets."),
		"playbooks": say(served, "Name -> playbook that is served by it."),
	}, "schema", "playbooks"))
}
