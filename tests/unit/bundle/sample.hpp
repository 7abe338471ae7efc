#pragma once
/// A small month for the tests of the bundle room: documents, a ledger and summaries that agree with them, written here by hand so that
/// nothing of the ledger and report rooms is needed.

#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/version.hpp"
#include "bundle/bag_writer.hpp"
#include "bundle/bundle.hpp"
#include "support/scratch_folder.hpp"

namespace moisson::bundle_test {

using Scratch = test::ScratchFolder;

/// Bytes that do not compress, from a seed.
inline std::string noise(std::size_t size, std::uint64_t seed) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        byte = static_cast<char>(seed >> 56U);
    }
    return bytes;
}

/// A file of a test; a failure ends the test program.
inline void put_file(const std::filesystem::path& path, const std::string& bytes) {
    const auto written = write_file(path, bytes);
    MOISSON_INVARIANT(written.has_value(), "a test's file");
}

struct Document {
    std::string id;
    std::string path;
    std::string bytes;
    std::string amount = "10.00";
    std::string currency = "EUR";
    std::string counted = "yes";
    std::string values = {};     ///< ",number,net,VAT,gross,due,credited,order,from" behind raw_period; empty: an earlier version's ledger
    std::string channel = {};    ///< ",service" or ",inbox" behind these; empty: an earlier version's ledger
    std::string perimeter = {};  ///< "," and a name behind it; empty: an earlier version's ledger
    std::string reporting = {};  ///< ",amount,currency,rate,day" behind the row
};

inline constexpr std::string_view ledger_header =
    "period,contract_id,contract_name,offer_id,offer_name,customer_id,customer_name,document_id,version,document_type,standing,counted,"
    "amount,currency,period_start,period_end,issued_at,updated_at,filename,path,size_bytes,sha256,media_type,status,findings,raw_amount,"
    "raw_currency,raw_period\n";

inline std::string ledger_row(const Document& document) {
    const bool has_file = !document.path.empty();
    const std::string path = has_file ? "data/" + document.path : "";
    const std::string name = has_file ? document.path.substr(document.path.rfind('/') + 1) : "n.pdf";
    const std::string media = !has_file ? "" : name.ends_with(".pdf") ? "application/pdf" : "text/csv";
    const bool is_credit = document.amount.starts_with('-');
    const std::string codes = document.amount.empty() ? "amount-missing document-failed" : is_credit ? "credit-note" : "";
    return fmt::format(
        "2026-10,OCB1,\"A, b \"\"c\"\"\",,,,,{},1,invoices,final,{},{},{},2026-10-01,2026-10-31,,,{},{},{},{},{},{},{},"
        "{},{},202610{}{}{}{}\n",
        document.id, document.counted, document.amount, document.currency, name, path,
        has_file ? std::to_string(document.bytes.size()) : "", has_file ? sha256_hex(document.bytes) : "", media,
        has_file ? "ok" : "failed", codes, document.amount, document.currency.substr(0, 3), document.values, document.channel,
        document.perimeter, document.reporting);
}

inline std::vector<Document> sample_documents() {
    return {{"D1", "documents/OCB1/2026-10/invoices/a.pdf", "%PDF-1.4 " + noise(60, 1)},
            {"D2", "documents/OCB1/2026-10/invoices/b.csv", "a;b;c\n1;2;3\n1;2;3\n1;2;3\n1;2;3\n1;2;3\n", "-2.50"},
            {"D3", "documents/OCB1/2026-10/invoices/c.csv", "", "7", "JPY"},
            {"D4", "", "", "", "", "no"}};
}

/// All that a bundle's summary says of the sample; `totals` is the tests' own.
inline std::string statements(const std::vector<Document>& documents, const std::string& totals) {
    std::string text = R"(  "schema": 1,
  "tool": {"name": "moisson", "version": "VERSION"},
  "period": "2026-10", "verdict": "incomplete", "exit_code": 3, "contracts": 1,
  "documents": {"rows": 4, "counted": 3, "ok": 3, "not_ready": 0, "failed": 1, "skipped": 0},
  "completeness": [{"contract_id": "OCB1", "contract_name": "A, b \"c\"", "verdict": "complete", "reason": "", "in_period": 4,
    "files_ok": 3, "files_missing": 1, "expected": [],
    "types": {"invoices": {"in_period": 4, "final": 4, "counted": 3, "files_ok": 3, "files_missing": 1}}}],
  "months": [{"month": "2026-10", "currency": "EUR", "amount": "7.50", "documents": 2},
    {"month": "2026-10", "currency": "JPY", "amount": "7", "documents": 1}],
  "closed_months": [], "addenda": [], "source": "sandbox:sample", "filters": {"contracts": [], "types": [], "files": true},
  "counting_rule": "Of each document's latest version, invoices count; nothing else does.", "counting_rules": [],
  "data_date": "2026-11-03T10:11:13Z",
)";
    text.replace(text.find("VERSION"), 7, version());
    if (const std::string perimeter = documents[0].perimeter.substr(documents[0].perimeter.empty() ? 0 : 1); !perimeter.empty()) {
        text.insert(text.find("\"verdict\": \"complete\""), fmt::format(R"("perimeter": "{}", )", perimeter));
        text += fmt::format(R"(  "perimeters": [{{"name": "{}", "listed": true, "contracts": 1, "rows": 4, "totals": {}}}],)"
                            "\n",
                            perimeter, totals);
    }
    const auto finding = [&](std::string_view code, std::string_view severity, const std::string& document) {
        constexpr auto form = R"({{"code": "{}", "severity": "{}", "contract_id": "OCB1", "document_id": "{}", "message": "m"}})";
        return fmt::format(form, code, severity, document);
    };
    text += fmt::format("  \"findings\": [{}, {}, {}],\n", finding("credit-note", "info", documents[1].id),
                        finding("amount-missing", "error", documents[3].id), finding("document-failed", "error", documents[3].id));
    if (!documents[0].reporting.empty()) {
        const bool converted = documents[0].reporting != ",,,,";
        text += fmt::format(
            "  \"reporting_total\": {{\"currency\": \"USD\", \"amount\": \"{}\", \"documents\": {}, \"documents_without_rate\": {}}},\n",
            converted ? "10.85" : "0.00", converted ? 1 : 0, converted ? 2 : 3);
    }
    return text + "  \"totals\": " + totals;
}

struct SampleMonth {
    std::vector<Document> documents = sample_documents();
    std::string totals = R"([{"currency":"EUR","amount":"7.50","documents":2,"credits":1},)"
                         R"({"currency":"JPY","amount":"7","documents":1,"credits":0}])";

    [[nodiscard]] std::string ledger() const {
        std::string text(ledger_header);
        if (!documents[0].values.empty()) {
            text.insert(text.size() - 1,
                        ",invoice_number,net_amount,vat_amount,gross_amount,due_date,credited_invoice,order_reference,values_from");
        }
        if (!documents[0].channel.empty()) {
            text.insert(text.size() - 1, ",channel");
        }
        if (!documents[0].perimeter.empty()) {
            text.insert(text.size() - 1, ",perimeter");
        }
        if (!documents[0].reporting.empty()) {
            text.insert(text.size() - 1, ",reporting_amount,reporting_currency,fx_rate,fx_date");
        }
        for (const Document& document : documents) {
            text += ledger_row(document);
        }
        return text;
    }
    std::string erp_file = "one\ntwo\n";
    [[nodiscard]] std::string archived_summary() const { return "{\n" + statements(documents, totals) + "\n}\n"; }
    [[nodiscard]] std::vector<bundle::Payload> payload() const {
        std::vector<bundle::Payload> files;
        const auto put = [&](const std::string& path, const std::string& bytes) {
            bundle::Payload file;
            file.path = path;
            file.bytes = bytes;
            files.push_back(std::move(file));
        };
        for (const Document& document : documents) {
            if (!document.path.empty()) {
                put(document.path, document.bytes);
            }
        }
        put("erp/sage.txt", erp_file);
        put("ledger.csv", ledger());
        put("summary.json", archived_summary());
        return files;
    }
};

inline bundle::BagInfo bag_info() {
    return {{{"Contact-Name", "moisson"},
             {"External-Identifier", "moisson-2026-10"},
             {"External-Description", "Ledger and documents of 2026-10 from sandbox:sample"}},
            parse_timestamp("2026-11-03T10:11:13Z").value()};
}

inline bundle::WrittenBundle write_sample(const std::filesystem::path& path, const SampleMonth& month = {},
                                          const bundle::WriteOptions& options = {}) {
    return bundle::write_bag(path, "moisson-2026-10", bag_info(), month.payload(), options).value();
}

/// A published folder: bundle, ledger, one more file, and a sealed summary that lists them.
inline void publish(const std::filesystem::path& folder, const SampleMonth& month = {}) {
    write_sample(folder / "bundle.zip", month);
    put_file(folder / "ledger.csv", month.ledger());
    put_file(folder / "erp/sage.txt", month.erp_file);
    std::string summary = "{\n" + statements(month.documents, month.totals) +
                          ",\n  \"run_id\": \"run\", \"started_at\": \"2026-11-03T10:00:00.000Z\", "
                          "\"finished_at\": \"2026-11-03T10:00:01.000Z\",\n  \"files\": [";
    std::string separator;
    for (const std::string path : {"bundle.zip", "erp/sage.txt", "ledger.csv"}) {
        summary += fmt::format("{}{{\"path\": \"{}\", \"size_bytes\": {}, \"sha256\": \"{}\"}}", separator, path,
                               std::filesystem::file_size(folder / path), sha256_of_file(folder / path).value());
        separator = ", ";
    }
    summary += "],\n";
    const std::string seal = sha256_hex(summary);
    put_file(folder / "summary.json", summary + "  \"seal\": \"" + seal + "\"\n}\n");
}

/// Workbook and pages are other rooms' work: what verify says of them is tested with whole months (tests/e2e/forgeries_test.py).
inline std::vector<std::string> without_pages(std::vector<std::string> problems) {
    std::erase_if(problems, [](const std::string& sentence) {
        return sentence.ends_with(": a published month holds it and lists it in summary.json") && !sentence.starts_with("bundle.zip") &&
               !sentence.starts_with("ledger.csv");
    });
    return problems;
}

/// True when verify finds something wrong, or cannot take the path for what it was.
inline bool is_refused(const std::filesystem::path& path) {
    const auto report = bundle::verify(path);
    return !report.has_value() || !without_pages(report->problems).empty();
}

}  // namespace moisson::bundle_test
