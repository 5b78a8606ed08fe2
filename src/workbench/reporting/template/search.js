(function () {
  var box = document.querySelector(".search");
  var field = document.getElementById("search");
  var found = document.getElementById("found");
  var rows = Array.from(document.querySelectorAll("table.reports tbody tr"));
  if (!rows.length) { return; }
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim();
  }
  var names = rows.map(function (row) { return plain(row.cells[0].textContent); });
  function search() {
    var words = plain(field.value).split(/\s+/);
    var shown = 0;
    rows.forEach(function (row, place) {
      row.hidden = !words.every(function (part) { return names[place].includes(part); });
      shown += row.hidden ? 0 : 1;
    });
    found.textContent = field.value.trim()
      ? box.dataset.found.replace("{shown}", shown).replace("{all}", rows.length)
      : "";
  }
  field.addEventListener("input", search);
  box.hidden = false;
})();
