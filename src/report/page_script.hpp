#pragma once
/// The script of report.html: sorts and filters its tables, and unfolds what a link leads to. It asks nothing of any network and writes no
/// markup; the page's policy lets this text run and no other (its digest: bundle/page_scripts.hpp, where a changed one is added).

#include <string_view>

namespace moisson::report {

inline constexpr std::string_view page_script = R"js(
"use strict";
// "−1 234,56 EUR" as currency and number; sums of several currencies stand by their first one.
const amountOf = text => {
  const found = /([\u2212-]?)([\d\u202f]+)(?:[.,](\d+))?\u00a0?([A-Z]{3})?/.exec(text);
  if (!found) return ["", 0n];
  const [, sign, whole, part, currency] = found;
  const minor = BigInt(whole.replaceAll("\u202f", "") + (part || ""));
  return [currency || " ", sign ? -minor : minor];
};
const keyOf = (cell, isNumber) => {
  if (isNumber) return amountOf(cell.textContent);
  const time = cell.querySelector("time");
  return [time ? time.getAttribute("datetime") : cell.textContent.toLowerCase(), 0n];
};
const order = (one, other) => one < other ? -1 : one > other ? 1 : 0;
const compare = (one, other) => order(one[0], other[0]) || order(one[1], other[1]);
for (const table of document.querySelectorAll("table.sorts")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    if (head.classList.contains("picture")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const one of heads) one.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
      const isNumber = head.classList.contains("number");
      const rows = [...table.tBodies[0].rows].map(row => [keyOf(row.cells[at], isNumber), row]);
      rows.sort((one, other) => turn * compare(one[0], other[0]));
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
}
const field = document.getElementById("filter");
if (field) {
  const bar = field.closest(".filter");
  const shown = bar.querySelector("output");
  const plain = text => text.toLowerCase().replaceAll(/[\u202f\u00a0]/g, "").replaceAll(",", ".").replaceAll("\u2212", "-");
  const rows = [...bar.parentElement.querySelectorAll("tbody tr")].map(row => [row, plain(row.textContent)]);
  const filter = () => {
    const words = plain(field.value).split(" ").filter(Boolean);
    let count = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every(word => text.includes(word));
      if (!row.hidden) ++count;
    }
    shown.textContent = count + " / " + rows.length;
  };
  field.addEventListener("input", filter);
  bar.hidden = false;
  filter();
}
const lead = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (target.hidden) {
    field.value = "";
    field.dispatchEvent(new Event("input"));
  }
  for (let up = target.parentElement; up; up = up.parentElement) if (up.localName === "details") up.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", lead);
if (location.hash) lead();
)js";

}  // namespace moisson::report
