/// Names of files, and the step in which they all get them.
#include "erp/written_files.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "erp/messages.hpp"

namespace moisson::erp {

namespace {

constexpr std::size_t name_bytes_max = 180;

/// A name that stays in its folder, whatever the data said.
bool is_safe_name(std::string_view name) {
    return !name.empty() && name.size() <= name_bytes_max && name.front() != '.' && name.front() != ' ' && is_utf8(name) &&
           std::none_of(name.begin(), name.end(), [](char letter) {
               return static_cast<unsigned char>(letter) < 0x20 || letter == '/' || letter == '\\' || letter == 0x7f || letter == ':' ||
                      letter == '*' || letter == '?' || letter == '"' || letter == '<' || letter == '>' || letter == '|';
           });
}

}  // namespace

/// Files without a name of their own are called BASE.EXT. Where one `[[file]]` makes a name several times, its files are numbered before
/// the extension.
void WrittenFiles::name_files() {
    const std::string base = options_.base_name.empty() ? template_.info.name : options_.base_name;
    std::map<std::pair<const FileSpec*, std::string>, std::size_t> times;
    for (Written& written : files_) {
        if (!written.has_own_name) {
            written.file.name = fmt::format("{}.{}", base, written.spec->extension);
        }
        ++times[{written.spec, written.file.name}];
    }
    std::map<std::pair<const FileSpec*, std::string>, std::size_t> number;
    for (Written& written : files_) {
        const std::pair key(written.spec, written.file.name);
        if (times[key] > 1) {
            const std::string& name = key.second;
            const std::size_t dot = std::min(name.rfind('.'), name.size());
            written.file.name = fmt::format("{}-{}{}", name.substr(0, dot), ++number[key], name.substr(dot));
        }
    }
}

Status WrittenFiles::publish(Rendered& rendered, FindingList& findings) {
    name_files();
    const std::vector<std::string> taken = options_.taken ? options_.taken() : std::vector<std::string>();
    std::set<std::string> names(taken.begin(), taken.end());
    for (const Written& written : files_) {
        if (!is_safe_name(written.file.name) || !names.insert(written.file.name).second) {
            findings.add(
                make_finding("erp-check-failed",
                             messages::template_file_name(findings.of(), sanitise(written.file.name, 200),
                                         is_safe_name(written.file.name) ? messages::made_twice : messages::cannot_used)));
        }
    }
    if (findings.has_errors()) {
        rendered.refused = true;
        files_.clear();
        findings.add(make_finding("erp-file-refused",
                                  messages::template_no_file_written_findings(findings.of())));
        return {};
    }
    for (Written& written : files_) {
        if (auto done = written.target->rename_to(options_.folder / written.file.name); !done) {
            for (const RenderedFile& earlier : rendered.files) {
                static_cast<void>(remove_path(options_.folder / earlier.name));
            }
            return done;
        }
        if (list_cells_ && written.spec->layout == Layout::worksheet) {
            cell_listings_[written.file.name] = written.target->cells();
        }
        rendered.files.push_back(std::move(written.file));
    }
    return {};
}

}  // namespace moisson::erp
