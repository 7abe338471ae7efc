// Which form an invoice's file has, and how it is called.
#include "sandbox/invoice_files.hpp"

#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "sandbox/files.hpp"
#include "sandbox/invoice_ubl.hpp"
#include "sandbox/invoice_xml.hpp"
#include "sandbox/world.hpp"

namespace moisson::sandbox {

namespace {

enum class Form { pdf, cii, ubl };

Form form_of(const Contract& contract, Month month) {
    return contract.profile == InvoiceProfile::plain ? Form::pdf
                                                     : static_cast<Form>((contract.number + static_cast<std::uint32_t>(month.number)) % 3);
}

/// An invoice that is XML alone is a whole one.
InvoiceProfile whole(InvoiceProfile profile) noexcept {
    const bool partial = profile == InvoiceProfile::minimum || profile == InvoiceProfile::basic_wl || profile == InvoiceProfile::basic;
    return partial ? InvoiceProfile::en16931 : profile;
}

Result<std::string> bytes_of(const World& world, const Contract& contract, const Document& document, Form form,
                             const InvoiceValues& values) {
    switch (form) {
        case Form::pdf: return make_invoice_pdf(world, contract, document);
        case Form::cii: return make_cii(values, whole(contract.profile));
        case Form::ubl:
            // The extension of Factur-X is one of CII alone.
            return make_ubl(
                values, names_of(contract.profile == InvoiceProfile::french ? InvoiceProfile::french : InvoiceProfile::en16931).guideline);
    }
    return fail(ErrorCode::internal, "no such form of an invoice");
}

}  // namespace

Result<std::uint64_t> write_invoices(const std::string& folder, const Options& options) {
    Result<Scenario> scenario = load_scenario(options, system_clock().now());
    if (!scenario) {
        return fail(scenario.error());
    }
    const World world(std::move(*scenario));
    const std::filesystem::path place(folder);
    std::map<std::string, std::uint32_t> named;
    std::uint64_t count = 0;
    for (const Contract& contract : world.contracts()) {
        for (const Document& document : world.documents_of(contract)) {
            if (document.type != DocumentType::invoices) {
                continue;
            }
            const InvoiceValues values = make_invoice_values(world, contract, document, InvoicePlace::xml);
            const Form form = form_of(contract, document.month);
            const Result<std::string> bytes = bytes_of(world, contract, document, form, values);
            if (!bytes) {
                return fail(bytes.error());
            }
            const std::uint32_t again = ++named[values.number];
            const std::string name =
                fmt::format("{}{}.{}", values.number, again > 1 ? fmt::format("-{}", again) : "", form == Form::pdf ? "pdf" : "xml");
            if (auto written = write_file((place / name).string(), *bytes); !written) {
                return fail(std::move(written.error()));
            }
            ++count;
        }
    }
    return count;
}

}  // namespace moisson::sandbox
