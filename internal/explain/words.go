package explain

import "strings"

// systemNames are the names of systems that differ from their ids.
func systemNames() map[string]string {
	return map[string]string{
		"alarmdotcom": "Alarm.com", "alibaba_oss": "Alibaba OSS", "unifi": "UniFi", "arlo": "Arlo", "auth0": "Auth0", "aws": "AWS", "azure_arm": "Azure Resource Manager",
		"azure_eventhubs": "Azure Event Hubs", "azure_storage": "Azure Storage", "blink": "Blink", "cassandra": "Cassandra", "clickhouse": "ClickHouse", "couchdb": "CouchDB", "captive_portal": "Welcome page of the network",
		"discord": "Discord", "dns": "Name lookup", "ecobee": "ecobee", "elasticsearch": "Elasticsearch", "eufy": "eufy", "home_assistant": "Home Assistant", "honeywell": "Honeywell", "influxdb": "InfluxDB",
		"kafka": "Kafka", "mqtt": "MQTT", "neo4j": "Neo4j", "rabbitmq": "RabbitMQ", "smartthings": "SmartThings", "snowflake": "Snowflake", "wyze": "Wyze",
		"docker_registry": "Container registry", "entra": "Microsoft Entra", "gcp": "Google", "generic": "Sign-in",
		"github": "GitHub", "gitlab": "GitLab", "http": "HTTP", "hue": "Philips Hue", "imap": "IMAP", "jwt": "Token (JWT)", "kerberos": "Kerberos",
		"keycloak": "Keycloak", "kubernetes": "Kubernetes", "ldap": "LDAP", "microsoft_graph": "Microsoft Graph", "mongodb": "MongoDB",
		"mssql": "SQL Server", "mysql": "MySQL", "nest": "Google Nest", "network": "Network", "oauth2": "OAuth 2.0", "okta": "Okta", "oracle": "Oracle",
		"postgres": "PostgreSQL", "proxy": "Proxy", "pypi": "PyPI", "radius": "RADIUS", "redis": "Redis", "ring": "Ring", "salesforce": "Salesforce", "saml": "SAML",
		"slack": "Slack", "smtp": "SMTP", "snmp": "SNMP", "ssh": "SSH", "tesla": "Tesla", "tls": "TLS", "tuya": "Tuya", "windows": "Windows", "anthropic": "Anthropic", "atlassian": "Atlassian", "azure_devops": "Azure DevOps", "azure_keyvault": "Azure Key Vault", "bitbucket": "Bitbucket",
		"cargo": "Cargo", "cloudflare": "Cloudflare", "composer": "Composer", "conda": "Conda", "datadog": "Datadog", "digitalocean": "DigitalOcean",
		"gitea": "Gitea", "helm": "Helm", "heroku": "Heroku", "huggingface": "Hugging Face", "mailgun": "Mailgun", "maven": "Maven", "nuget": "NuGet",
		"openai": "OpenAI", "rubygems": "RubyGems", "sendgrid": "SendGrid", "stripe": "Stripe", "terraform": "Terraform", "twilio": "Twilio",
		"vault": "Vault",
	}
}

// systemName is the name of a system for people.
func systemName(id string) string {
	if name := systemNames()[id]; name != "" {
		return name
	}
	return id
}

// actors says who can put it right.
func actors() map[string]string {
	return map[string]string{
		"user": "the person whose account it is", "admin": "an administrator of the service or network", "dealer": "the alarm company",
		"developer": "whoever looks after the program", "provider": "the provider of the service",
	}
}

// Who says in words who an actor is.
func Who(actor string) string { return actors()[actor] }

// Class is what holds of a cause class whichever system it comes from, for
// whoever knows the class and has no message. It is empty for an unknown one.
func (e *Explainer) Class(class string) Finding {
	a, ok := e.advice[class]
	if !ok {
		return Finding{}
	}
	return Finding{Cause: class, Title: Spoken([]string{class}), Meaning: a.Meaning, Next: a.Next, Actor: a.Actor, Playbook: a.Playbook}
}

// classWords are the cause classes in words that their names do not say.
func classWords() map[string]string {
	return map[string]string{
		"wrong_credentials": "wrong name or secret", "mfa_required": "a second step is needed", "mfa_failed": "the second step failed",
		"clock_skew": "a wrong clock", "policy_blocked": "a rule refuses it", "client_misconfigured": "the program is set up wrongly",
		"tls_untrusted": "a certificate that is not trusted", "tls_expired": "a certificate out of date", "tls_hostname": "a certificate for another name",
		"tls_protocol": "no common encryption", "dns_failure": "the name is not found", "network_unreachable": "the network is in the way",
		"credential_type_unsupported": "this way of signing in is not accepted", "not_auth": "no failed sign-in at all",
		"wrong_audience": "a token for another service", "insufficient_scope": "a missing scope", "token_revoked": "a token that was withdrawn",
	}
}

// Spoken are cause classes in words.
func Spoken(classes []string) string {
	words := make([]string, len(classes))
	for i, c := range classes {
		if words[i] = classWords()[c]; words[i] == "" {
			words[i] = strings.ReplaceAll(c, "_", " ")
		}
	}
	return strings.Join(words, ", or ")
}
