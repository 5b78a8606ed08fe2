"""Which pages the browser looks at, and the texts nobody should be able to slip into one."""

KINDS = (
    *("provider", "few", "bare", "internal", "english", "synthesis", "english synthesis", "index", "english index"),
    *("researcher", "hostile provider", "hostile synthesis", "hostile index"),
)
HOSTILE = {
    "script": '<script>alert("1")</script>',
    "image": '<img src=x onerror="document.title=1">',
    "quotes": "\"'`; background:url(//example.org)}",
    "long": "Stichting " + "zeerlangenaamzonderspaties" * 20,
    "right to left": "\u202eעמותה لـلرعاية\u202c & Zoon",
    "emoji": "Zorg 👩‍👩‍👧 🇳🇱 ❤️",
    "spreadsheet": '=HYPERLINK("http://example.org","klik")',
    "newlines": "De\nLinde\x00\tNoord",
    "markdown": "**vet** [x](javascript:alert(1)) # kop",
    "formula": r"$\frac{1}{2}$ en \LaTeX_{x}^{y} 100%",
    "template": "{{ resources }} {% raw %} {0} %s",
}
