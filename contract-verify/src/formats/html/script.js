
// Filters that live in the address: `#q=charge&verdict=missing,entered&tier=critical&at=f3`.
// A plain `#f3` opens a function, as it would without this script.
(() => {
  "use strict";
  const form = document.getElementById("filters");
  const rows = Array.from(document.querySelectorAll("tr[data-f]"));
  const parts = new Map();
  for (const part of document.querySelectorAll("details[data-f], article[data-f]")) {
    if (!parts.has(part.dataset.f)) parts.set(part.dataset.f, []);
    parts.get(part.dataset.f).push(part);
  }
  for (const row of rows) row.text = (row.textContent + " " + row.dataset.text).toLowerCase();
  const others = document.querySelectorAll("article.finding:not([data-f]):not(.known)");

  const asked = () => {
    const data = new FormData(form);
    return {
      words: (data.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean),
      verdict: data.getAll("verdict"),
      tier: data.get("tier") || "",
      package: data.get("package") || "",
      findings: data.get("findings") || "",
    };
  };

  const apply = () => {
    const want = asked();
    const all = !(want.words.length || want.verdict.length || want.tier || want.package || want.findings);
    let shown = 0;
    for (const row of rows) {
      const has = row.dataset;
      const verdicts = has.verdicts.split(" ");
      const fits = want.words.every((word) => row.text.includes(word))
        && (!want.verdict.length || want.verdict.some((verdict) => verdicts.includes(verdict)))
        && (!want.tier || has.tier === want.tier)
        && (!want.package || has.package === want.package)
        && (!want.findings || has.findings !== "0");
      row.hidden = !fits;
      for (const part of parts.get(has.f) || []) part.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const other of others) other.hidden = !all;
    document.getElementById("count").textContent = all
      ? `${rows.length} functions` : `${shown} of ${rows.length} functions`;
  };

  const address = (at) => {
    const want = asked();
    const words = new FormData(form).get("q");
    const said = new URLSearchParams();
    if (words) said.set("q", words);
    if (want.verdict.length) said.set("verdict", want.verdict.join(","));
    for (const name of ["tier", "package", "findings"]) if (want[name]) said.set(name, want[name]);
    if (!at) return said.size ? "#" + said : location.pathname + location.search;
    if (!said.size) return "#" + at;
    said.set("at", at);
    return "#" + said;
  };

  let marked = null;
  const go = (id) => {
    if (marked) marked.classList.remove("at");
    marked = id ? document.getElementById(id) : null;
    if (!marked) return;
    for (let part = marked; part; part = part.parentElement) if (part.localName === "details") part.open = true;
    marked.classList.add("at");
    marked.scrollIntoView({ block: "start" });
    const focus = marked.querySelector("summary") || marked;
    if (focus === marked) marked.tabIndex = -1;
    focus.focus({ preventScroll: true });
  };

  const read = () => {
    const hash = location.hash.slice(1);
    const said = new URLSearchParams(hash.includes("=") ? hash : "");
    const verdicts = (said.get("verdict") || "").split(",");
    form.elements.q.value = said.get("q") || "";
    for (const box of form.querySelectorAll("[name=verdict]")) box.checked = verdicts.includes(box.value);
    for (const name of ["tier", "package"]) if (form.elements[name]) form.elements[name].value = said.get(name) || "";
    form.elements.findings.checked = said.get("findings") === "1";
    apply();
    go(hash.includes("=") ? said.get("at") : hash);
  };

  form.hidden = false;
  form.addEventListener("input", () => { apply(); history.replaceState(null, "", address()); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); history.replaceState(null, "", address()); form.elements.q.focus(); }));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || link.className === "skip" || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const id = link.getAttribute("href").slice(1);
    history.pushState(null, "", address(id));
    go(id);
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|select|textarea)$/.test(event.target.localName);
    if (event.key === "/" && !typing) { event.preventDefault(); form.elements.q.focus(); }
    if (event.key === "Escape" && typing && form.elements.q.value) { form.elements.q.value = ""; apply(); history.replaceState(null, "", address()); }
  });
  addEventListener("hashchange", read);
  addEventListener("popstate", read);
  read();
})();
