package explain

import (
	"slices"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// pageBook walks people through a sign-in page, keyBook through keys and tokens.
const pageBook, keyBook = "web-login", "api-cloud"

// pageless are systems that nobody signs in to on a page, with the playbook
// that fits better. Where it is empty none does, and the next step says it all.
func pageless() map[string]string {
	return map[string]string{
		"cassandra": "api-cloud", "clickhouse": "api-cloud", "couchdb": "api-cloud", "docker_registry": "api-cloud", "elasticsearch": "api-cloud",
		"imap": "mail-client", "influxdb": "api-cloud", "kafka": "api-cloud", "kerberos": "", "kubernetes": "api-cloud", "ldap": "identity-admin",
		"mongodb": "api-cloud", "mqtt": "api-cloud", "mssql": "api-cloud", "mysql": "api-cloud", "neo4j": "api-cloud", "oracle": "api-cloud",
		"postgres": "api-cloud", "rabbitmq": "api-cloud", "radius": "network-device", "redis": "api-cloud", "smtp": "mail-client",
		"snmp": "network-device", "snowflake": "api-cloud", "ssh": "", "windows": "",
	}
}

// lead corrects the playbook of a finding: advice about a page would mislead
// whoever does not see one. The finding's own system counts; when that is only
// the way there, so does the system that the text speaks of.
func (f *Finding) lead(marked []diag.SystemMark) {
	if f.System == "alarmdotcom" && f.Playbook == pageBook {
		f.Playbook = "alarmcom" // it has a book of its own, whoever knew the words
		return
	}
	books := pageless()
	if book, ok := books[f.System]; ok && (f.Playbook == pageBook || book == "" && f.Playbook == keyBook) {
		f.Playbook = book
		return
	}
	if f.Playbook != pageBook || !slices.Contains([]string{"network", "dns", "tls", "generic"}, f.System) || len(marked) == 0 {
		return
	}
	for _, m := range marked {
		if _, ok := books[m.System]; !ok {
			return // somebody with a page is spoken of too
		}
	}
	f.Playbook = books[marked[0].System]
}
