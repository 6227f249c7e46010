package lab

import (
	"strings"
	"testing"
)

// An nginx is a web server on loopback ports. Its configuration is given with
// @PORT0@, @PORT1@ … in it, and @DIR@ for its own folder.
type nginx struct {
	*process
	ports []string
}

const nginxFrame = `daemon off;
master_process off;
pid @DIR@/pid;
error_log stderr warn;
events {}
http {
  access_log off;
  default_type text/html;
  client_body_temp_path @DIR@/1; proxy_temp_path @DIR@/2; fastcgi_temp_path @DIR@/3; uwsgi_temp_path @DIR@/4; scgi_temp_path @DIR@/5;
  server_tokens off;
@SERVERS@
}
`

func startNginx(t *testing.T, ports int, servers string) nginx {
	t.Helper()
	program := program(t, "nginx", "nginx-light")
	var last nginx
	for range 5 {
		dir := sharedDir(t)
		last = nginx{ports: freePorts(t, ports)}
		config := strings.NewReplacer("@SERVERS@", servers).Replace(nginxFrame)
		replace := []string{"@DIR@", dir}
		for i, port := range last.ports {
			replace = append(replace, "@PORT"+string(rune('0'+i))+"@", port)
		}
		last.process = start(t, program, "-p", dir, "-c", write(t, dir, "nginx.conf", strings.NewReplacer(replace...).Replace(config)))
		if last.accepts(t.Context(), last.address(0)) {
			return last
		}
		if last.alive() {
			break
		}
	}
	t.Fatalf("nginx does not answer:\n%s", last.said.String())
	return last
}

func (n nginx) address(i int) string   { return "127.0.0.1:" + n.ports[i] }
func (n nginx) url(path string) string { return "http://" + n.address(0) + path }
