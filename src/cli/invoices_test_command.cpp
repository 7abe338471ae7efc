/// `invoices test`: what an invoice says of itself, and from where each value comes.

#include <unistd.h>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/command.hpp"
#include "cli/json_text.hpp"
#include "cli/screen.hpp"
#include "cli/table.hpp"
#include "invoice/invoice.hpp"
#include "normalize/normalize.hpp"
#include "pipeline/exit_code_of.hpp"

namespace moisson::cli {

namespace {

struct InvoicesTestOptions {
    std::vector<std::string> files;
    std::string profiles_folder;
    std::optional<Money> expected;
};

/// "1234.56 EUR", as people write amounts.
std::string take_money(const std::string& written, std::optional<Money>& into) {
    const std::size_t blank = written.rfind(' ');
    const auto currency = blank == std::string::npos ? std::nullopt : find_currency(std::string_view(written).substr(blank + 1));
    if (!currency) {
        return must_be("an amount and its currency, as in \"1234.56 EUR\"", written);
    }
    auto money = normalize::parse_amount(std::string_view(written).substr(0, blank), *currency, normalize::AmountSyntax::text);
    if (!money) {
        return must_be(fmt::format("an amount in {}", currency->code()), written);
    }
    into = *money;
    return {};
}

void declare_invoices_test(Arguments& arguments, InvoicesTestOptions& options) {
    arguments.positionals("FILE", options.files, "invoices: PDF, or CII or UBL as XML").required();
    arguments.parsed(
        "--amount", "AMOUNT", [&options](const std::string& written) { return take_money(written, options.expected); },
        "the service's amount of them, as in \"1234.56 EUR\": is it the gross or the net?");
    arguments.text("--profiles", "DIR", options.profiles_folder, "layouts of your own (*.toml), asked before the built-in ones");
    arguments.talk();
}

std::string day_text(const std::optional<std::chrono::year_month_day>& day) {
    return !day ? ""
                : fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day->year()), static_cast<unsigned>(day->month()),
                              static_cast<unsigned>(day->day()));
}

std::string money_text(const std::optional<Money>& money) {
    return money ? fmt::format("{} {}", to_decimal(*money), money->currency.code()) : "";
}

std::string_view kind_text(InvoiceKind kind) {
    return kind == InvoiceKind::invoice ? "invoice" : kind == InvoiceKind::credit_note ? "credit-note" : "";
}

std::string party_text(const InvoiceParty& party) {
    std::string text = party.name;
    for (const auto& [name, value] :
         {std::pair{"SIREN", &party.siren}, std::pair{"SIRET", &party.siret}, std::pair{"VAT", &party.vat_id}}) {
        text += value->empty() ? "" : fmt::format("{}{} {}", text.empty() ? "" : ", ", name, *value);
    }
    return text;
}

std::string vat_text(const InvoiceVat& line) {
    std::string text = line.rate ? fmt::format("{} %", to_short_decimal(*line.rate)) : std::string("no rate");
    text += line.category.empty() ? "" : fmt::format(" ({})", line.category);
    text += fmt::format(": {} of {}", to_decimal(line.amount), money_text(line.base));
    return text + (line.exemption_reason.empty() ? "" : fmt::format(", {}", line.exemption_reason));
}

/// Name and value of all that is known.
std::vector<std::pair<std::string, std::string>> values_of(const InvoiceValues& values) {
    std::vector<std::pair<std::string, std::string>> all{{"kind", std::string(kind_text(values.kind))},
                                                         {"number", values.number},
                                                         {"issue date", day_text(values.issue_date)},
                                                         {"due date", day_text(values.due_date)},
                                                         {"seller", party_text(values.seller)},
                                                         {"buyer", party_text(values.buyer)},
                                                         {"net", money_text(values.net)}};
    for (const InvoiceVat& line : values.vat_lines) {
        all.emplace_back("VAT at a rate", vat_text(line));
    }
    const std::pair<std::string, std::string> others[] = {{"VAT", money_text(values.vat)},
                                                          {"gross", money_text(values.gross)},
                                                          {"amount due", money_text(values.amount_due)},
                                                          {"credited invoice", values.credited_invoice},
                                                          {"order", values.order_reference},
                                                          {"contract", values.contract_reference},
                                                          {"payment means", values.payment_means},
                                                          {"IBAN", values.iban},
                                                          {"lines", values.lines == 0 ? "" : fmt::to_string(values.lines)}};
    all.insert(all.end(), std::begin(others), std::end(others));
    std::erase_if(all, [](const auto& value) { return value.second.empty(); });
    return all;
}

std::string amount_line(const Money& expected, AmountIs amount_is) {
    const std::string amount = money_text(expected);
    switch (amount_is) {
        case AmountIs::gross: return fmt::format("{} is the gross amount", amount);
        case AmountIs::net: return fmt::format("{} is the net amount", amount);
        case AmountIs::both: return fmt::format("{} is the net and the gross amount", amount);
        case AmountIs::neither: return fmt::format("{} is neither the net nor the gross amount", amount);
        case AmountIs::unknown: break;
    }
    return fmt::format("the document does not tell what {} is", amount);
}

std::string reading_text(const std::string& file, const invoice::Reading& reading, const std::optional<Money>& expected) {
    const InvoiceValues& values = reading.values;
    const std::string from = values.from == ValuesFrom::none ? "nothing" : std::string(to_text(values.from));
    std::string text = fmt::format("{}: {}\n", sanitise(file),
                                   !reading.is_read         ? "could not be read"
                                   : values.profile.empty() ? fmt::format("values from {}", from)
                                                            : fmt::format("values from {}, {}", from, sanitise(values.profile)));
    std::vector<std::vector<std::string>> rows;
    for (auto& [name, value] : values_of(values)) {
        rows.push_back({name, from, value});
    }
    if (!rows.empty()) {
        text += format_table({{"VALUE"}, {"FROM"}, {"WHAT IT SAYS"}}, rows);
    }
    if (expected && reading.is_read) {
        text += fmt::format("amount: {}\n", amount_line(*expected, reading.amount_is));
    } else if (reading.is_read && values.from != ValuesFrom::xml && !values.gross) {
        text += "amount: net, VAT and gross are taken from a page only where they prove an amount that is known: give it with --amount\n";
    }
    for (const invoice::Observation& observation : reading.observations) {
        text += fmt::format("{}: {} ({})\n", to_text(observation.code.kind().severity), sanitise(observation.message.english(), 1000),
                            observation.code.text());
    }
    return text;
}

void put_text(JsonWriter& writer, std::string_view key, std::string_view value) {
    writer.key(key);
    static_cast<void>(value.empty() ? writer.null() : writer.text(value));
}

void put_party(JsonWriter& writer, std::string_view key, const InvoiceParty& party) {
    writer.key(key).begin_object();
    put_text(writer, "name", party.name);
    put_text(writer, "siren", party.siren);
    put_text(writer, "siret", party.siret);
    put_text(writer, "vat_id", party.vat_id);
    writer.end_object();
}

void put_vat_lines(JsonWriter& writer, const std::vector<InvoiceVat>& lines) {
    writer.key("vat_lines").begin_array();
    for (const InvoiceVat& line : lines) {
        writer.begin_object();
        put_text(writer, "category", line.category);
        put_text(writer, "rate", line.rate ? to_decimal(*line.rate) : "");
        writer.key("base").text(to_decimal(line.base));
        writer.key("amount").text(to_decimal(line.amount));
        put_text(writer, "exemption_reason", line.exemption_reason);
        writer.end_object();
    }
    writer.end_array();
}

void put_values(JsonWriter& writer, const InvoiceValues& values) {
    const auto amount = [](const std::optional<Money>& money) { return money ? to_decimal(*money) : std::string(); };
    put_text(writer, "from", to_text(values.from));
    put_text(writer, "profile", values.profile);
    put_text(writer, "kind", kind_text(values.kind));
    put_text(writer, "number", values.number);
    put_text(writer, "issue_date", day_text(values.issue_date));
    put_text(writer, "due_date", day_text(values.due_date));
    put_party(writer, "seller", values.seller);
    put_party(writer, "buyer", values.buyer);
    put_text(writer, "currency", values.currency ? values.currency->code() : std::string_view());
    put_text(writer, "net", amount(values.net));
    put_text(writer, "vat", amount(values.vat));
    put_text(writer, "gross", amount(values.gross));
    put_text(writer, "amount_due", amount(values.amount_due));
    put_vat_lines(writer, values.vat_lines);
    put_text(writer, "credited_invoice", values.credited_invoice);
    put_text(writer, "order_reference", values.order_reference);
    put_text(writer, "contract_reference", values.contract_reference);
    put_text(writer, "payment_means", values.payment_means);
    put_text(writer, "iban", values.iban);
    writer.key("lines").count(values.lines);
}

std::string readings_json(const std::vector<std::string>& files, const std::vector<invoice::Reading>& readings) {
    JsonWriter writer;
    writer.begin_answer().key("documents").begin_array();
    for (std::size_t at = 0; at < readings.size(); ++at) {
        writer.begin_object();
        writer.key("file").text(files[at]);
        writer.key("read").boolean(readings[at].is_read);
        put_values(writer, readings[at].values);
        writer.key("amount_is").text(to_text(readings[at].amount_is));
        writer.key("observations").begin_array();
        for (const invoice::Observation& observation : readings[at].observations) {
            writer.begin_object();
            writer.key("code").text(observation.code.text());
            writer.key("severity").text(to_text(observation.code.kind().severity));
            writer.key("message").text(observation.message.english());
            writer.end_object();
        }
        writer.end_array().end_object();
    }
    writer.end_array().end_object();
    return writer.finish();
}

ExitCode run_invoices_test(CommandContext& context, const InvoicesTestOptions& options) {
    std::vector<invoice::Source> sources;
    for (const std::string& file : options.files) {
        sources.push_back({file, file, options.expected});
    }
    invoice::Options reading;
    reading.stop = context.stop;
    reading.confined = true;
    reading.profiles_folder = options.profiles_folder;
    const auto readings = invoice::read_all(sources, reading);
    if (!readings) {
        throw FatalError(pipeline::exit_code_of(readings.error()), readings.error());
    }
    std::string text;
    std::size_t unread = 0;
    for (std::size_t at = 0; at < readings->size(); ++at) {
        text += (at == 0 ? "" : "\n") + reading_text(options.files[at], (*readings)[at], options.expected);
        unread += (*readings)[at].is_read ? 0U : 1U;
    }
    const std::size_t width = screen_of(STDOUT_FILENO).width;
    context.out.write(context.talk.json ? readings_json(options.files, *readings) : text,
                      [width](std::string_view plain) { return wrap_lines(plain, width); });
    return unread == 0 ? ExitCode::complete : ExitCode::incomplete;
}

}  // namespace

Command invoices_test_command() {
    return with_options(
        {.name = "invoices test",
         .help = "what an invoice says of itself, and from where each value comes",
         .examples = "  moisson invoices test invoice.pdf\n"
                     "  moisson invoices test invoice.pdf --amount \"1234.56 EUR\"\n"
                     "  moisson invoices test *.pdf --profiles my-profiles --json\n",
         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::incomplete, ExitCode::local,
                        ExitCode::interrupted},
         .note = "Values come from structured data (Factur-X, ZUGFeRD, XRechnung, CII, UBL), or from the text of pages where they "
                 "prove themselves. Nothing is guessed; nothing is called."},
        declare_invoices_test, run_invoices_test);
}

}  // namespace moisson::cli
