/// Files made of usage lines: the layout's own room writes them, a template says who is named.
#include "erp/usage_files.hpp"

#include <algorithm>

#include "erp/messages.hpp"
#include "erp/settings.hpp"
#include "focus/focus.hpp"

namespace moisson::erp {

namespace {

std::string text_of(const Settings& settings, std::string_view name) {
    const int index = settings.of->find_setting(name);
    MOISSON_INVARIANT(index >= 0, "a template of usage lines was read with the settings that its layout needs");
    return std::string(settings.values[static_cast<std::size_t>(index)].text);
}

}  // namespace

Result<RenderedUsage> render_usage(const Settings& settings, const std::filesystem::path& usage_csv, const RenderOptions& options,
                                   const std::stop_token& stop) {
    RenderedUsage made;
    made.rendered.template_name = settings.of->info.name;
    focus::Options wanted;
    wanted.provider = text_of(settings, usage_settings[0]);
    wanted.publisher = text_of(settings, usage_settings[1]);
    wanted.invoice_issuer = text_of(settings, usage_settings[2]);
    wanted.base_name = options.base_name.empty() ? settings.of->info.name : options.base_name;
    wanted.stop = stop;
    const std::vector<std::string> taken = options.taken ? options.taken() : std::vector<std::string>();
    for (const focus::Part part : {focus::Part::data, focus::Part::schema, focus::Part::metadata}) {
        const std::string name = focus::file_name(wanted.base_name, part);
        if (std::find(taken.begin(), taken.end(), name) != taken.end()) {
            made.rendered.refused = true;
            made.rendered.findings.push_back(make_finding(
                "erp-check-failed", messages::template_file_name(made.rendered.template_name, sanitise(name, 200), messages::made_twice)));
        }
    }
    if (made.rendered.refused) {
        made.rendered.findings.push_back(
            make_finding("erp-file-refused", messages::template_no_file_written_findings(made.rendered.template_name)));
        return made;
    }
    auto written = focus::write(usage_csv, options.folder, wanted);
    if (!written) {
        return fail(std::move(written.error()));
    }
    for (focus::File& file : written->files) {
        RenderedFile& rendered = made.rendered.files.emplace_back();
        rendered.name = std::move(file.name);
        rendered.size_bytes = file.size_bytes;
        rendered.sha256 = std::move(file.sha256);
        rendered.rows = file.rows;
    }
    for (focus::Billed& billed : written->billed) {
        made.billed.push_back({std::move(billed.currency), billed.cost});
    }
    return made;
}

}  // namespace moisson::erp
