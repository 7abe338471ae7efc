#include "invoice/document.hpp"

#include <qpdf/QPDF.hh>
#include <qpdf/QPDFExc.hh>

#include <new>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "invoice/limits.hpp"
#include "invoice/messages.hpp"
#include "invoice/observation.hpp"
#include "invoice/page_values.hpp"
#include "invoice/pdf_files.hpp"
#include "invoice/time_left.hpp"
#include "invoice/xml_values.hpp"

namespace moisson::invoice {

namespace {

/// Before the head of a PDF some programs put lines of their own; readers look at so many bytes (ISO 32000-1, annex H.3.4.1).
constexpr std::size_t pdf_head_bytes = 1024;

bool is_pdf(std::string_view bytes) { return bytes.substr(0, pdf_head_bytes).find("%PDF-") != std::string_view::npos; }

/// By its first letter, whatever its encoding; pages for a browser are none.
bool is_xml(std::string_view bytes) {
    for (const std::string_view mark : {std::string_view("\xff\xfe"), std::string_view("\xfe\xff"), byte_order_mark}) {
        if (bytes.starts_with(mark)) {
            bytes.remove_prefix(mark.size());
            break;
        }
    }
    const std::size_t first = bytes.substr(0, pdf_head_bytes).find_first_not_of(std::string_view(" \t\r\n\0", 5));
    if (first == std::string_view::npos || bytes[first] != '<') {
        return false;
    }
    const std::string_view head = bytes.substr(first);
    return !starts_with_ignoring_case(head, "<!doctype html") && !starts_with_ignoring_case(head, "<html");
}

class Document {
public:
    Document(std::string_view bytes, const std::optional<Money>& expected, const Profiles& profiles)
        : bytes_(bytes), expected_(expected), profiles_(profiles), time_(limits::processor_time) {}

    Reading read() {
        Status done;
        if (is_xml(bytes_)) {
            done = read_xml_file();
        } else if (is_pdf(bytes_)) {
            done = read_pdf();
        }
        if (!done) {
            observe(reading_.observations, done.error());
            reading_.values = {};
            reading_.amount_is = AmountIs::unknown;
        }
        reading_.is_read = done.has_value();
        return std::move(reading_);
    }

private:
    Status read_xml_file() {
        auto read = read_xml(bytes_, time_);
        if (!read) {
            return fail(std::move(read.error()));
        }
        if (read->is_invoice) {
            take(std::move(*read));
        }
        return {};
    }

    void take(XmlReading read) {
        reading_.values = std::move(read.values);
        for (Observation& one : read.observations) {
            observe(reading_.observations, one.code, std::move(one.message));
        }
        reading_.amount_is = compare_amount(reading_.values, expected_);
    }

    Status read_pdf() {
        try {
            QPDF pdf;
            pdf.setSuppressWarnings(true);
            pdf.processMemoryFile("document", bytes_.data(), bytes_.size());
            QPDFObjectHandle size = pdf.getTrailer().getKey("/Size");
            if (size.isInteger() && size.getIntValue() > limits::pdf_objects) {
                return fail(ErrorCode::too_large, messages::pdf_too_many_objects(limits::pdf_objects));
            }
            auto found = read_embedded(pdf);
            return !found || *found ? Status(found.transform([](bool) {})) : read_page_text(pdf);
        } catch (const QPDFExc& problem) {
            if (problem.getErrorCode() == qpdf_e_password) {
                return fail(ErrorCode::bad_input, messages::pdf_encrypted);
            }
            return fail(ErrorCode::bad_input, messages::pdf_broken(sanitise(problem.getMessageDetail(), limits::shown_bytes)));
        } catch (const std::bad_alloc&) {
            throw;
        } catch (const std::exception& problem) {
            return fail(ErrorCode::bad_input, messages::pdf_broken(sanitise(problem.what(), limits::shown_bytes)));
        }
    }

    /// Whether structured data was found: one invoice, or several that contradict each other, of which none is taken.
    Result<bool> read_embedded(QPDF& pdf) {
        auto files = embedded_xml(pdf, bytes_.size(), time_, reading_.observations);
        if (!files) {
            return fail(std::move(files.error()));
        }
        std::optional<XmlReading> best;
        const EmbeddedFile* best_file = nullptr;
        for (const EmbeddedFile& file : *files) {
            if (best && best_file->is_known && !file.is_known) {
                break;  // what is attached besides the invoice's own data is another document's
            }
            auto read = read_xml(file.bytes, time_);
            if (!read && (file.is_known || read.error().code == ErrorCode::too_large)) {
                Error error = std::move(read.error());
                error.message = messages::in_embedded(sanitise(file.name, limits::shown_bytes), error.message);
                return fail(std::move(error));
            }
            if (!read || !read->is_invoice) {
                continue;
            }
            if (best && !says_the_same(best->values, read->values)) {
                observe(reading_.observations, "invoice-value-ambiguous",
                        messages::two_invoices(sanitise(best_file->name, limits::shown_bytes), sanitise(file.name, limits::shown_bytes)));
                return true;
            }
            if (!best) {
                best = std::move(*read);
                best_file = &file;
            }
        }
        if (best) {
            take(std::move(*best));
        }
        return best.has_value();
    }

    static bool says_the_same(InvoiceValues one, const InvoiceValues& other) {
        one.profile = other.profile;
        return one == other;
    }

    Status read_page_text(QPDF& pdf) {
        if (auto checked = check_pages(pdf); !checked) {
            return checked;
        }
        auto page = read_pages(pdf, expected_, profiles_.parsed());
        if (!page) {
            return fail(std::move(page.error()));
        }
        reading_.values = std::move(page->values);
        reading_.amount_is = page->amount_is;
        for (Observation& one : page->observations) {
            observe(reading_.observations, one.code, std::move(one.message));
        }
        return {};
    }

    std::string_view bytes_;
    const std::optional<Money>& expected_;
    const Profiles& profiles_;
    TimeLeft time_;
    Reading reading_;
};

}  // namespace

Reading read_document(std::string_view bytes, const std::optional<Money>& expected, const Profiles& profiles) {
    return Document(bytes, expected, profiles).read();
}

std::optional<Reading> read_size(std::uint64_t file_bytes) {
    if (file_bytes <= limits::file_bytes) {
        return std::nullopt;
    }
    Reading reading;
    observe(reading.observations, "invoice-over-budget", messages::file_too_large(limits::file_bytes >> 20U));
    return reading;
}

AmountIs compare_amount(const InvoiceValues& values, const std::optional<Money>& expected) {
    if (!expected || (!values.net && !values.gross)) {
        return AmountIs::unknown;
    }
    const InvoiceValues as_booked = booked(values);
    const bool any_sign = values.kind == InvoiceKind::unknown;
    const auto equals = [&](const std::optional<Money>& amount) {
        return amount && amount->currency == expected->currency &&
               (amount->amount_minor == expected->amount_minor || (any_sign && amount->amount_minor == -expected->amount_minor));
    };
    const bool is_net = equals(as_booked.net);
    const bool is_gross = equals(as_booked.gross);
    if (is_net && is_gross) {
        return AmountIs::both;
    }
    if (is_net || is_gross) {
        return is_net ? AmountIs::net : AmountIs::gross;
    }
    return values.net && values.gross ? AmountIs::neither : AmountIs::unknown;
}

}  // namespace moisson::invoice
