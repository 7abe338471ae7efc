/// ledger.xlsx: written under a temporary name, read back, then renamed.

#include "ledger/workbook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <clocale>
#include <locale.h>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "domain/language.hpp"
#include "domain/page_messages.hpp"
#include "ledger/sheets.hpp"
#include "ledger/workbook_check.hpp"

namespace moisson::ledger {

namespace {

/// libxlsxwriter prints numbers with printf: under a locale with decimal commas the file would be broken. Only this thread is changed.
class PlainLocale {
public:
    PlainLocale() : plain_(::newlocale(LC_ALL_MASK, "C", nullptr)), previous_(::uselocale(plain_)) {
        MOISSON_INVARIANT(plain_ != nullptr, "no C locale");
    }
    ~PlainLocale() {
        ::uselocale(previous_);
        ::freelocale(plain_);
    }
    PlainLocale(const PlainLocale&) = delete;
    PlainLocale& operator=(const PlainLocale&) = delete;

private:
    locale_t plain_;
    locale_t previous_;
};

/// A 28-column row takes about 1.3 KB of XML, 0.2 KB packed (measured); its long texts come on top. Other sheets wait unpacked: few rows.
constexpr std::uint64_t temporary_bytes_per_row = 400;
constexpr std::uint64_t temporary_bytes_spare = 1U << 20U;

Status check_room(const std::filesystem::path& folder, std::size_t rows) {
    if (auto made = make_folders(folder); !made) {
        return made;
    }
    const auto room = free_bytes(folder);
    if (!room) {
        return fail(room.error());
    }
    const std::uint64_t wanted = rows * temporary_bytes_per_row + temporary_bytes_spare;
    if (*room < wanted) {
        return fail(ErrorCode::disk, fmt::format("the workbook needs {} bytes of temporary room, {} are free", wanted, *room),
                    folder.string(), "free some room, or put the state folder on a larger disk");
    }
    return {};
}

}  // namespace

Status write_workbook(const std::filesystem::path& path, std::span<const LedgerEntry> entries, const RunSummary& summary,
                      const WorkbookOptions& options) {
    const std::filesystem::path temporary = options.temporary_folder.empty() ? path.parent_path() : options.temporary_folder;
    const std::size_t usage_rows = summary.usage.by_service.size() + summary.usage.by_project.size() + options.usage_lines.size();
    if (auto room = check_room(temporary, entries.size() + summary.documents.counted + usage_rows); !room) {
        return room;
    }
    // minizip opens the temporary name itself; commit() then flushes and renames that very file.
    auto file = AtomicFile::create(path);
    if (!file) {
        return fail(std::move(file.error()));
    }
    const PlainLocale locale;
    Book book(file->temporary_path(),
              Book::Options{temporary, messages::invoices_of(summary.period).in(options.language),
                            summary.data_date, options.language, options.stop});
    const CsvColumns columns = summary.reporting ? CsvColumns::with_reporting : CsvColumns::fixed;
    const std::uint32_t rows_max = options.rows_per_sheet_max;
    const DocumentPlaces places(entries, summary);
    write_to_do_sheets(book, places, summary, rows_max);
    write_summary_sheet(book, summary);
    write_documents_sheets(book, entries, rows_max);
    write_contracts_sheets(book, summary, rows_max);
    write_completeness_sheets(book, summary, rows_max);
    write_expected_sheets(book, summary, rows_max);
    write_changes_sheets(book, summary, rows_max);
    write_findings_sheets(book, places, summary, rows_max);
    write_usage_sheets(book, summary, rows_max);
    write_usage_lines_sheet(book, options.usage_lines, summary.usage.lines);
    write_inbox_sheets(book, summary, rows_max);
    write_run_sheet(book, summary);
    write_ledger_sheets(book, entries, columns, rows_max);
    if (auto finished = book.close(); !finished) {
        finished.error().where = path.string();
        return finished;
    }
    return file->commit();
}

bool may_stand(const std::filesystem::path& path, const RunSummary& summary, Language language) {
    if (summary.inbox || tells_sums(summary)) {
        return false;
    }
    const std::vector<std::string> names = sheet_names(path);
    return !names.empty() && names.front() == translate(language, "To do") &&
           std::find(names.begin(), names.end(), translate(language, "Changes")) == names.end() &&
           std::find(names.begin(), names.end(), translate(language, "Inbox")) == names.end();
}

}  // namespace moisson::ledger
