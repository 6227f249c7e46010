// Compares this phone's clock with the computer's. The computer keeps its own
// readings; the page sends the phone's.
(function () {
  "use strict";

  var rounds = 12;        // the smallest delay among them decides
  var enough = 4;         // with so many an answer is worth giving
  var patience = 4000;    // ms for one round
  var budget = 20000;     // ms for all of them
  var base = location.pathname;

  function $(id) { return document.getElementById(id); }

  // post sends something to the computer. It resolves as soon as the answer
  // begins to arrive, so that clocks can be read at that moment.
  function post(what, data) {
    var stop = new AbortController();
    var timer = setTimeout(function () { stop.abort(); }, patience);
    return fetch(base + what, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data),
      cache: "no-store", credentials: "omit", redirect: "error", signal: stop.signal
    }).then(function (answer) { clearTimeout(timer); return answer; },
      function (err) { clearTimeout(timer); throw err; });
  }

  // oneRound reads this phone's clock before and after a question. How long it
  // took comes from a timer that nobody sets.
  function oneRound(visit, n) {
    var body = { visit: visit, round: n };
    var begun = performance.now(), sent = Date.now();
    return post("/time", body).then(function (answer) {
      var got = Date.now(), took = performance.now() - begun;
      if (answer.status !== 204) { throw refusal(answer.status); }
      return { round: n, sent: sent, got: got, took: took };
    });
  }

  function refusal(status) {
    var err = new Error("refused");
    err.status = status;
    return err;
  }

  async function measure(visit) {
    var list = [], begun = performance.now(), asked = 0;
    while (list.length < rounds && asked < 2 * rounds && performance.now() - begun < budget) {
      try {
        list.push(await oneRound(visit, asked));
      } catch (err) {
        if (err.status) { throw err; }
        await pause(300);   // a round was lost on the way; the next has a new number
      }
      asked++;
      $("progress").value = list.length;
    }
    if (list.length < enough) { throw new Error("lost"); }
    return list;
  }

  function pause(ms) { return new Promise(function (done) { setTimeout(done, ms); }); }

  function keepsCookies() {
    try {
      document.cookie = "authdoctor=1; SameSite=Strict; Path=" + base;
      var kept = document.cookie.indexOf("authdoctor=1") >= 0;
      document.cookie = "authdoctor=; SameSite=Strict; Max-Age=0; Path=" + base;
      return kept;
    } catch (err) { return false; }
  }

  function keepsData() {
    try {
      localStorage.setItem("authdoctor", "1");
      var kept = localStorage.getItem("authdoctor") === "1";
      localStorage.removeItem("authdoctor");
      return kept;
    } catch (err) { return false; }
  }

  // reach asks a host for the head of its first page, without cookies. Whatever
  // it answers, it was reached. An answer that leads elsewhere is not followed,
  // by this page's own policy; that policy then says that it came.
  function reach(host) {
    if (!host) { return Promise.resolve(null); }
    var stop = new AbortController(), late = false, led = false, begun = performance.now();
    var timer = setTimeout(function () { late = true; stop.abort(); }, 8000);
    function onLed(e) { if (e.effectiveDirective === "connect-src") { led = true; } }
    document.addEventListener("securitypolicyviolation", onLed);
    return fetch("https://" + host + "/", {
      method: "HEAD", mode: "no-cors", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer", signal: stop.signal
    }).then(function () { return "reached"; }, function () { return pause(50).then(function () { return led ? "reached" : late ? "timeout" : "failed"; }); })
      .then(function (outcome) {
        clearTimeout(timer);
        document.removeEventListener("securitypolicyviolation", onLed);
        return { outcome: outcome, took: performance.now() - begun };
      });
  }

  function zone() {
    try { return Intl.DateTimeFormat().resolvedOptions().timeZone || ""; } catch (err) { return ""; }
  }

  function show(id) {
    ["intro", "working", "result"].forEach(function (s) { $(s).hidden = s !== id; });
    var title = $(id).querySelector("h1");
    title.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  function fill(parent, tag, texts) {
    parent.textContent = "";
    texts.forEach(function (t) {
      var child = document.createElement(tag);
      child.textContent = t;
      parent.appendChild(child);
    });
  }

  function tell(words, again) {
    $("result").className = words.tone;
    $("face").textContent = { good: "✓", off: "!", unsure: "?" }[words.tone] || "?";
    $("headline").textContent = words.headline;
    fill($("lines"), "p", words.lines);
    var steps = words.steps.filter(fits);
    fill($("steps"), "li", steps);
    $("steps").hidden = steps.length === 0;
    $("again").hidden = !again;
    $("done").hidden = again;
    $("sends").hidden = !again;
    document.title = words.headline;
    $("status").textContent = words.headline + ". " + words.lines.join(" ");
    show("result");
  }

  // fits leaves out what is for the other maker's phones.
  function fits(step) {
    var agent = navigator.userAgent;
    return !(/Android/.test(agent) && /^iPhone/.test(step)) && !(/iPhone|iPad/.test(agent) && /^Android/.test(step));
  }

  var refusals = {
    403: ["The computer has forgotten this phone", "Reload the page and press the button again."],
    409: ["Another phone is being measured", "Wait a moment, then try again."],
    410: ["This page has done its work", "To measure again, start it again on the computer."],
    429: ["Too many tries", "Start it again on the computer."]
  };

  function fail(err) {
    var words = refusals[err.status] || ["The computer does not answer", "Is this phone still on the same Wi-Fi, and authdoctor still waiting on the computer?"];
    tell({ tone: "unsure", headline: words[0], lines: [words[1]], steps: [] }, err.status !== 410);
  }

  async function run() {
    $("progress").value = 0;
    $("status").textContent = "Measuring.";
    show("working");
    try {
      var begun = await post("/start", {});
      if (begun.status !== 200) { throw refusal(begun.status); }
      var visit = (await begun.json()).visit;
      var list = await measure(visit);
      var answer = await post("/answer", {
        visit: visit, rounds: list, zone: zone(), zone_minutes: -new Date().getTimezoneOffset(),
        cookies: keepsCookies(), storage: keepsData(), reach: await reach($("main").dataset.host)
      });
      if (answer.status !== 200) { throw refusal(answer.status); }
      tell(await answer.json(), false);
    } catch (err) {
      fail(err);
    }
  }

  $("go").addEventListener("click", run);
  $("again").addEventListener("click", run);
})();
