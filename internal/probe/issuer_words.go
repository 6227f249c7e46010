package probe

import (
	"net/url"
	"strings"
)

// region matches the names of regions as clouds write them: eu, eu-west-1,
// europe-west4.
var region = pattern(`^(us|eu|uk|au|ap|ca|jp|sa|me|af|il|mx|cn|asia|europe|australia|northamerica|southamerica|africa)` +
	`(-(gov-)?[a-z]+-?\d{1,2})?$`)

// issuerDifference says in words what the difference between two issuers is.
func issuerDifference(a, b string) string {
	x, err1 := url.Parse(a)
	y, err2 := url.Parse(b)
	switch {
	case err1 != nil || err2 != nil || x.Host == "" || y.Host == "":
		return "another name"
	case trimSlash(a) == trimSlash(b):
		return "only the slash at the end differs"
	case strings.EqualFold(a, b):
		return "only capital letters differ"
	case x.Scheme != y.Scheme && x.Host == y.Host && x.Path == y.Path:
		return "one is http, the other https"
	case x.Host == y.Host:
		return "the same host, another path (tenant, realm or version)"
	case otherRegion(x.Hostname(), y.Hostname()):
		return "the same service in another region"
	case x.Hostname() == y.Hostname():
		return "the same host, another port"
	}
	return "another host"
}

// otherRegion reports whether two hosts differ in nothing but a region.
func otherRegion(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	if len(x) != len(y) {
		return false
	}
	differ := 0
	for i := range x {
		if x[i] == y[i] {
			continue
		}
		if differ++; !region().MatchString(x[i]) || !region().MatchString(y[i]) {
			return false
		}
	}
	return differ == 1
}
