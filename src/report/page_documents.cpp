/// The documents of report.html that make up its totals, and its contracts.

#include <algorithm>
#include <map>

#include "base/days.hpp"
#include "base/gate.hpp"
#include "domain/page_messages.hpp"
#include "report/page.hpp"

namespace moisson::report {

namespace {

/// More of them are folded: what stands below would be far away.
constexpr std::size_t documents_open_max = 100;
constexpr std::size_t contracts_open_max = 25;

/// A path as a relative reference: bytes beyond RFC 3986's "pchar" are written as %NN.
std::string reference_of(std::string_view path) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string out;
    for (const char letter : path) {
        out += plain.find(letter) == std::string_view::npos ? fmt::format("%{:02X}", static_cast<unsigned char>(letter))
                                                            : std::string(1, letter);
    }
    return out;
}

std::string date_of(const LedgerEntry& entry, Language language) {
    if (!entry.issued_at) {
        return "";
    }
    const auto day = day_of(*entry.issued_at);
    const std::string iso = day_for_people(Language::english, day);
    const std::string shown = day_for_people(language, day);
    return shown == iso ? shown : fmt::format("<time datetime=\"{}\">{}</time>", iso, shown);
}

/// `number` from 1. The file's name leads into the bundle, unpacked where the page lies: unzip makes the bag's folder.
void put_document_row(Page& page, const LedgerEntry& entry, std::size_t number) {
    const std::string name = outside(entry.filename.empty() ? entry.document_id : entry.filename);
    page.put("<tr id=\"d{}\"><td>{}</td><td class=\"number\">{}</td><td>{}<small>{}</small></td><td>{}</td><td>", number,
             date_of(entry, page.language), page.amount(entry.amount), page.anchors.link_to_contract(entry.contract->id),
             outside(entry.contract->name), outside(word_of(page.language, entry.document_type)));
    if (entry.path.empty()) {
        page.out += name;
    } else {
        page.put("<a href=\"moisson-{}/{}\">{}</a>", reference_of(publication_name(page.summary.period, page.summary.view)),
                 reference_of(entry.path), name);
    }
    page.put("<small>{}</small></td></tr>\n", outside(entry.document_id));
}

/// "invoices 2 (2 counted), reports 1; expected: 2026-10 missing": what the period holds of each type, and what is owed and not there.
std::string types_in_words(const ContractCompleteness& entry, Language language) {
    std::string words;
    for (const auto& [type, counts] : entry.by_type) {
        if (counts.in_period > 0) {
            const std::string name = type.empty() ? std::string(translate(language, "without type")) : outside(word_of(language, type));
            words += fmt::format("{}{} {}{}", words.empty() ? "" : ", ", name, group_thousands(counts.in_period),
                                 counts.counted > 0 ? messages::of_them_counted(written(counts.counted)).in(language) : "");
        }
    }
    std::string owed;
    for (const Expectation& expected : entry.expected) {
        if (expected.status == Expectation::Status::missing || expected.status == Expectation::Status::late) {
            owed += fmt::format("{}{}{} {}", owed.empty() ? "" : ", ", month_for_people(language, expected.month),
                                expected.type.empty() ? "" : " " + outside(word_of(language, expected.type)),
                                word_of(language, to_text(expected.status)));
        }
    }
    return owed.empty() ? words : (words.empty() ? messages::expected : messages::and_expected)(words, owed).in(language);
}

/// What a contract's row shows besides what its completeness says.
struct ContractPictures {
    std::string amounts;
    std::string history;
};

void put_contract_row(Page& page, const ContractCompleteness& entry, const ContractVerdict& verdict, const ContractPictures& pictures) {
    const Language language = page.language;
    page.put("<tr id=\"c{}\"><th scope=\"row\">{}<small>{}</small></th><td><span class=\"badge {}\">{}</span>",
             page.anchors.contract(entry.contract->id), outside(entry.contract->id), outside(entry.contract->name), colour_of(verdict.mood),
             word_of(language, verdict.word));
    const std::string reason = reason_of(language, entry, verdict);
    if (!reason.empty() || entry.type_by_type) {
        page.put("<small>{}{}</small>", outside(reason), entry.type_by_type ? page.word(" Listed type by type.") : "");
    }
    if (const std::string types = types_in_words(entry, language); !types.empty()) {
        page.put("<small>{}</small>", types);
    }
    page.out += "</td>";
    for (const std::uint64_t count : {entry.listed, entry.in_period, entry.files_ok, entry.files_missing}) {
        page.put("<td class=\"number\">{}</td>", group_thousands(count));
    }
    const std::size_t first = page.anchors.first_document(entry.contract->id);
    page.out += "<td class=\"number\">";
    page.out += first == 0 ? pictures.amounts : fmt::format("<a href=\"#d{}\">{}</a>", first, pictures.amounts);
    page.put("</td><td>{}</td></tr>\n", pictures.history);
}

std::map<std::string_view, ContractPictures> pictures_of(const Page& page, const std::vector<ContractSum>& sums) {
    std::map<std::string_view, ContractPictures> pictures;
    for (const ContractSum& sum : sums) {
        std::string& text = pictures[sum.contract->id].amounts;
        text += (text.empty() ? "" : "<br>") + sum_for_people(sum.sum, page.language);
    }
    if (page.summary.history) {
        for (const PastSums& past : page.summary.history->contracts) {
            pictures[past.contract_id].history += sparkline(past, page.language);
        }
    }
    return pictures;
}

}  // namespace

void put_documents(Page& page) {
    const std::vector<const LedgerEntry*>& documents = page.anchors.documents();
    if (documents.empty()) {
        return;  // The totals say so.
    }
    page.begin_section("documents", "Counted documents");
    page.put("<details{}>\n<summary>{}</summary>\n", documents.size() <= documents_open_max ? " open" : "",
             messages::counted_documents(written(page.anchors.counted())).in(page.language));
    page.put(
        "<p class=\"filter\" hidden><label for=\"filter\">{}</label> <input id=\"filter\" type=\"search\" autocomplete=\"off\"> "
        "<span>{}</span> <output for=\"filter\"></output></p>\n",
        page.word("Filter"), page.word("Shown"));
    page.begin_table("documents sorts", page.word("Documents that enter the totals"),
                     {{"Date", ""}, {"Amount", "number"}, {"Contract", ""}, {"Type", ""}, {"File", ""}});
    for (std::size_t at = 0; at < documents.size(); ++at) {
        put_document_row(page, *documents[at], at + 1);
    }
    page.end_table();
    page.out += "</details>\n";
    if (page.anchors.counted() > documents.size()) {
        page.put_note(messages::more_documents(written(page.anchors.counted() - documents.size())).in(page.language));
    }
    page.put_note(page.word("A file opens from here once bundle.zip is unpacked beside this page."));
    page.out += "</section>\n";
}

void put_completeness(Page& page, const std::vector<ContractSum>& sums) {
    const std::vector<ContractVerdict> verdicts = contract_verdicts(page.summary);
    const std::map<std::string_view, ContractPictures> pictures = pictures_of(page, sums);
    page.begin_section("completeness", "Completeness by contract");
    page.put_note(
        page.word("A contract is complete when its list was shown to be whole, its files are there, nothing that it owes is "
                  "overdue and no finding is an error. Those that are not stand first."));
    const auto put_table = [&](bool complete, Word caption) {
        page.begin_table("contracts sorts", page.word(caption),
                         {{"Contract", ""},
                          {"Verdict", ""},
                          {"Listed", "number"},
                          {"In period", "number"},
                          {"Files", "number"},
                          {"Missing", "number"},
                          {"Counted amount", "number"},
                          {"Thirteen months", "picture"}});
        for (std::size_t at = 0; at < verdicts.size(); ++at) {
            const ContractCompleteness& entry = page.summary.completeness[at];
            if ((verdicts[at].mood == Mood::good) == complete) {
                const auto found = pictures.find(entry.contract->id);
                put_contract_row(page, entry, verdicts[at], found == pictures.end() ? ContractPictures{} : found->second);
            }
        }
        page.end_table();
    };
    const auto complete = static_cast<std::size_t>(
        std::count_if(verdicts.begin(), verdicts.end(), [](const ContractVerdict& one) { return one.mood == Mood::good; }));
    if (complete < verdicts.size()) {
        put_table(false, "Contracts that are not complete");
    }
    if (complete > 0) {
        page.put("<details{}>\n<summary>{}</summary>\n", verdicts.size() <= contracts_open_max ? " open" : "",
                 messages::complete_contracts(written(complete)).in(page.language));
        put_table(true, "Contracts that are complete");
        page.out += "</details>\n";
    }
    page.out += "</section>\n";
}

}  // namespace moisson::report
